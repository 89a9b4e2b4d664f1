import java.util.*;

public class Warns {
    @Deprecated static void old() {}

    @SuppressWarnings("removal")
    public static void main(String[] args) {
        List raw = new ArrayList();
        raw.add("x");
        new Thread(() -> {}).getId();
        System.out.println(raw);
    }
}
