import lib.Thrower;

public class Main {
    public static void main(String[] args) {
        new Thrower().go();
    }
}
