import java.nio.file.*;
import java.nio.file.attribute.PosixFilePermissions;

public class Listing {
    public static void main(String[] args) throws Exception {
        for (String folder : new String[] {".", "/tmp", "/build"}) {
            try (var paths = Files.list(Path.of(folder))) {
                System.out.println(folder + " " + paths.map(Path::toString).sorted().toList());
            }
        }
        Path file = Files.writeString(Path.of("out.txt"), "x");
        System.out.println(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }
}
