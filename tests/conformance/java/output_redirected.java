import java.io.*;

public class Redirected {
    public static void main(String[] args) {
        PrintStream old = System.out;
        var bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true));
        System.out.println("captured");
        System.setOut(old);
        System.out.println("[" + bytes.toString().trim() + "]");
    }
}
