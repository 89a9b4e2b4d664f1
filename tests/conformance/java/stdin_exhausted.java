import java.util.Scanner;

public class Exhausted {
    public static void main(String[] args) {
        System.out.println(new Scanner(System.in).nextInt());
    }
}
