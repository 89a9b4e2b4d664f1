import java.util.*;

public class Hashes {
    public static void main(String[] args) {
        System.out.println(new HashMap<>(Map.of("b", 1)) + " " + "text".hashCode() + " " + List.of(1, 2).hashCode()
            + " " + new Random(42).nextInt() + " " + Objects.hash(1, "x"));
    }
}
