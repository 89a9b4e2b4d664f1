import java.io.*;

public class Empty {
    public static void main(String[] args) throws IOException {
        System.out.println(new BufferedReader(new InputStreamReader(System.in)).readLine());
        System.out.println(System.console());
    }
}
