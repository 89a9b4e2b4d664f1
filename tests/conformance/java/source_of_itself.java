import java.nio.file.*;

public class Itself {
    public static void main(String[] args) throws Exception {
        System.out.println(Files.readAllLines(Path.of("main.java")).get(4));
        System.out.println(Path.of("").toAbsolutePath() + " " + Itself.class.getProtectionDomain().getCodeSource().getLocation());
        Files.delete(Path.of("main.java"));
        System.out.println(Files.exists(Path.of("main.java")));
    }
}
