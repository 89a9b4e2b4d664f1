package hearth;

import java.io.File;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Compiles and runs a program while nobody waits, so that what both need is loaded, and partly compiled. */
public final class Rehearsal {
    private static final String PROGRAM =
            """
            import java.util.*;

            public class Rehearsed {
                interface Shape { double area(); }

                static class Square implements Shape {
                    private final double side;
                    Square(double side) { this.side = side; }
                    @Override public double area() { return side * side; }
                }

                public static void main(String[] args, java.io.PrintStream out) {
                    Map<String, Integer> map = new HashMap<>();
                    List<Shape> shapes = new ArrayList<>();
                    for (int i = 0; i < 3; i++) {
                        map.put("k" + i, i);
                        shapes.add(i % 2 == 0 ? new Square(i) : () -> 1.5);
                    }
                    for (Shape shape : shapes) {
                        out.println("area " + shape.area());
                    }
                    if (args.length > 0 && !map.isEmpty()) {
                        throw new IllegalStateException(args[0]);
                    }
                }
            }
            """;

    private Rehearsal() {}

    /** For the build step, which lists the classes that this loads. */
    public static void main(String[] words) throws Exception {
        run(words[0], Arrays.copyOfRange(words, 1, words.length), 1);
    }

    /** Leaves nothing in `folder`. `words` are javac's, but for the files. */
    public static void run(String folder, String[] words, int times) throws Exception {
        Path source = Path.of(folder, "main.java");
        Files.writeString(source, PROGRAM);
        String[] all = Arrays.copyOf(words, words.length + 1);
        all[words.length] = source.toString();
        for (int i = 0; i < times; i++) {
            com.sun.tools.javac.Main.compile(all);
        }
        try (URLClassLoader loader = new URLClassLoader(new URL[] {new File(folder).toURI().toURL()});
                PrintStream out = new PrintStream(new FileOutputStream("/dev/null"))) {
            Class<?> program = loader.loadClass("Rehearsed");
            program.getMethod("main", String[].class, PrintStream.class).invoke(null, new String[0], out);
        }
        for (File file : new File(folder).listFiles()) {
            file.delete();
        }
    }
}
