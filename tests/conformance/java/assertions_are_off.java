public class Asserts {
    public static void main(String[] args) {
        assert args.length > 0 : "never";
        System.out.println(Asserts.class.desiredAssertionStatus());
    }
}
