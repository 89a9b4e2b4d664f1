package hearth;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.Plugin;
import com.sun.source.util.TaskEvent;
import com.sun.source.util.TaskListener;
import com.sun.tools.javac.tree.JCTree.JCCompilationUnit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.ArrayType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.util.ElementFilter;
import javax.lang.model.util.Elements;
import javax.tools.ForwardingJavaFileObject;
import javax.tools.JavaFileObject;
import javax.tools.JavaFileObject.Kind;

/**
 * What `java FILE` does and `javac FILE...` does not: a public class may be in a file of any name, and the
 * class to start is found. Its name goes into the file that the plugin's argument names, for `java @FILE`.
 */
public final class JudgePlugin implements Plugin, TaskListener {
    /** A top-level type, under its binary name. */
    private record Declared(String name, boolean isPublic) {}

    private final List<List<Declared>> files = new ArrayList<>();
    /** For `java` to say that it has no main method. */
    private String fallback;
    private Elements elements;
    private Path result;
    private boolean generated;

    @Override
    public String getName() {
        return "Hearth";
    }

    @Override
    public void init(JavacTask task, String... arguments) {
        elements = task.getElements();
        result = Path.of(arguments[0]);
        task.addTaskListener(this);
    }

    @Override
    public void finished(TaskEvent event) {
        if (event.getKind() == TaskEvent.Kind.PARSE) {
            look(event.getCompilationUnit());
        } else if (event.getKind() == TaskEvent.Kind.GENERATE) {
            generated = true;
        } else if (event.getKind() == TaskEvent.Kind.COMPILATION) {
            write();
        }
    }

    private void look(CompilationUnitTree unit) {
        JavaFileObject source = unit.getSourceFile();
        String prefix = unit.getPackageName() == null ? "" : unit.getPackageName() + ".";
        List<Declared> types = new ArrayList<>();
        for (Tree tree : unit.getTypeDecls()) {
            if (!(tree instanceof ClassTree type)) {
                continue;
            }
            String name = type.getSimpleName().toString();
            boolean isPublic = type.getModifiers().getFlags().contains(Modifier.PUBLIC);
            if (isPublic && !source.isNameCompatible(name, Kind.SOURCE)) {
                ((JCCompilationUnit) unit).sourcefile = new AnyName(source);
            }
            types.add(new Declared(prefix + name, isPublic));
        }
        if (fallback == null) {
            fallback = types.isEmpty() ? baseName(source) : types.get(0).name;
        }
        files.add(types);
    }

    private static String baseName(JavaFileObject source) {
        String name = Path.of(source.getName()).getFileName().toString();
        return name.substring(0, name.length() - Kind.SOURCE.extension.length());
    }

    private void write() {
        try {
            Files.writeString(result, mainClass() + "\n");
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    /** In the first file that has a main method: the public class if it has one, else the first that has. */
    private String mainClass() {
        for (List<Declared> types : files) {
            Declared found = null;
            for (Declared type : types) {
                if ((found == null || type.isPublic && !found.isPublic) && hasMain(type)) {
                    found = type;
                }
            }
            if (found != null) {
                return found.name;
            }
        }
        return fallback;
    }

    private boolean hasMain(Declared declared) {
        TypeElement type = generated ? elements.getTypeElement(declared.name) : null;
        if (type == null) {
            return false;
        }
        for (ExecutableElement method : ElementFilter.methodsIn(elements.getAllMembers(type))) {
            if (isMain(method)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isMain(ExecutableElement method) {
        return method.getSimpleName().contentEquals("main")
                && method.getModifiers().contains(Modifier.PUBLIC)
                && method.getModifiers().contains(Modifier.STATIC)
                && method.getReturnType().getKind() == TypeKind.VOID
                && method.getParameters().size() == 1
                && method.getParameters().get(0).asType() instanceof ArrayType array
                && array.getComponentType().toString().equals("java.lang.String");
    }

    /** A source file that may hold public types of any name. */
    private static final class AnyName extends ForwardingJavaFileObject<JavaFileObject> {
        AnyName(JavaFileObject file) {
            super(file);
        }

        @Override
        public boolean isNameCompatible(String name, Kind kind) {
            return true;
        }
    }
}
