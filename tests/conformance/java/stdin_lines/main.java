import java.util.Scanner;

public class Lines {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int n = in.nextInt();
        long sum = 0;
        while (n-- > 0) sum += in.nextLong();
        in.nextLine();
        System.out.println(sum + " [" + in.nextLine() + "] " + in.hasNext());
    }
}
