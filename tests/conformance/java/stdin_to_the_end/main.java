import java.io.*;

public class All {
    public static void main(String[] args) throws IOException {
        int first = System.in.read();
        byte[] rest = System.in.readAllBytes();
        System.out.println((char) first + " " + rest.length + " " + System.in.read() + " " + System.in.available());
        System.out.write(rest, rest.length - 4, 4);
        System.out.flush();
    }
}
