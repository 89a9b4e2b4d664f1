public class Hidden {
    private static void main(String[] args) {
        System.out.println("never");
    }
}
