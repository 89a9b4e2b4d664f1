public class Program {
    public static void main(String[] args) {
        throw new RuntimeException("from a file with a space");
    }
}
