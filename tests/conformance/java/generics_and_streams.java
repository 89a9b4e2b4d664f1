import java.util.*;
import java.util.function.*;
import java.util.stream.*;

public class Streams {
    sealed interface Shape permits Circle, Box {}
    record Circle(double r) implements Shape {}
    record Box(double a, double b) implements Shape {}

    static double area(Shape shape) {
        return switch (shape) {
            case Circle(double r) -> Math.PI * r * r;
            case Box(double a, double b) when a == b -> a * a;
            case Box(var a, var b) -> a * b;
        };
    }

    public static void main(String[] args) {
        System.out.println(Stream.of(new Circle(1), new Box(2, 3), new Box(2, 2)).map(Streams::area)
            .map("%.3f"::formatted).collect(Collectors.joining("; ")));
        Map<Integer, List<String>> byLength = Stream.of("a", "bb", "cc").collect(Collectors.groupingBy(String::length, TreeMap::new, Collectors.toList()));
        System.out.println(byLength);
        System.out.println("""
            text
              block\tend""");
    }
}
