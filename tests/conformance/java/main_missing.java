public class Nothing {
    static int twice(int x) { return 2 * x; }
}
