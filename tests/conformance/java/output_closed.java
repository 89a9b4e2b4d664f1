public class Closed {
    public static void main(String[] args) {
        System.out.println("before");
        System.out.close();
        System.out.println("after");
        System.err.println(System.out.checkError());
    }
}
