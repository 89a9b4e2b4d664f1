public class Order {
    static class Lazy {
        static { System.out.println("lazy"); }
        static void touch() {}
    }

    static { System.out.println("static"); }

    public static void main(String[] args) {
        System.out.println("main");
        Lazy.touch();
    }
}
