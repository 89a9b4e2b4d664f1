class Base {
    static void main(String[] args, int unused) {}
}

public class Derived extends Parent {}

class Parent {
    public static void main(String[] args) {
        System.out.println("inherited by whom?");
    }
}
