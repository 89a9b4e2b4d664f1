import java.io.IOException;

public class Cause {
    static void read() throws IOException { throw new IOException("disk"); }

    public static void main(String[] args) {
        try {
            read();
        } catch (IOException e) {
            RuntimeException wrapped = new RuntimeException("wrapped", e);
            wrapped.addSuppressed(new IllegalStateException("beside"));
            throw wrapped;
        }
    }
}
