public class Static {
    static final int VALUE = Integer.parseInt("x");

    public static void main(String[] args) {
        System.out.println(VALUE);
    }
}
