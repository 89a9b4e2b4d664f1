public class Order {
    public static void main(String[] args) {
        System.out.print("out without newline;");
        System.err.println("error 1");
        System.out.println(" more");
        System.err.print("error 2");
    }
}
