import java.io.*;
import javax.tools.*;

public class Compiler {
    public static void main(String[] args) throws Exception {
        try (var out = new FileWriter("Made.java")) { out.write("public class Made { public String toString() { return \"made\"; } }"); }
        int status = ToolProvider.getSystemJavaCompiler().run(null, null, null, "-d", ".", "Made.java");
        System.out.println(status + " " + Class.forName("Made").getDeclaredConstructor().newInstance());
    }
}
