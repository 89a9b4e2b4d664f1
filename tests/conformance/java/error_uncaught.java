public class Uncaught {
    static void inner(int depth) {
        if (depth == 0) throw new IllegalArgumentException("плохо");
        inner(depth - 1);
    }

    public static void main(String[] args) {
        System.out.println("before");
        inner(3);
    }
}
