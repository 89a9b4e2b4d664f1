// A little of everything that short programs do; the same in every language, byte for byte.

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A linear congruential generator of 32 bits. */
class Random {
    private int state;

    Random(int seed) {
        state = seed;
    }

    int below(int limit) {
        state = state * 1664525 + 1013904223;
        return (state >>> 16) % limit;
    }
}

sealed interface Shape permits Rectangle, Circle {
    int area();
}

record Rectangle(int width, int height) implements Shape {
    public int area() {
        return width * height;
    }
}

record Circle(int radius) implements Shape {
    public int area() {
        return 3 * radius * radius;
    }
}

class Main {
    static List<Integer> primes(int limit) {
        boolean[] composite = new boolean[limit];
        List<Integer> found = new ArrayList<>();
        for (int number = 2; number < limit; number++) {
            if (composite[number]) continue;
            found.add(number);
            for (long multiple = (long) number * number; multiple < limit; multiple += number) {
                composite[(int) multiple] = true;
            }
        }
        return found;
    }

    static int[][] matrix(Random random, int size) {
        int[][] made = new int[size][size];
        for (int[] row : made) {
            for (int j = 0; j < size; j++) row[j] = random.below(10);
        }
        return made;
    }

    static int[][] product(int[][] a, int[][] b) {
        int[][] made = new int[a.length][b[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < b[0].length; j++) {
                for (int k = 0; k < b.length; k++) made[i][j] += a[i][k] * b[k][j];
            }
        }
        return made;
    }

    static String text(Random random, int words) {
        StringBuilder made = new StringBuilder();
        for (int i = 0; i < words; i++) {
            if (i > 0) made.append(' ');
            int length = 1 + random.below(3);
            for (int j = 0; j < length; j++) made.append("abcd".charAt(random.below(4)));
        }
        return made.toString();
    }

    static int distance(String a, String b) {
        int[] previous = IntStream.rangeClosed(0, b.length()).toArray();
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, Math.min(previous[j], current[j - 1]) + 1);
            }
            previous = current;
        }
        return previous[b.length()];
    }

    static IntSupplier counter(int step) {
        int[] count = {0};
        return () -> count[0] += step;
    }

    static int fib(int n) {
        return n < 2 ? n : fib(n - 1) + fib(n - 2);
    }

    public static void main(String[] args) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        System.out.println("sum " + in.lines().mapToInt(Integer::parseInt).sum());
        Random random = new Random(42);
        List<Integer> found = primes(20000);
        int sum = found.stream().mapToInt(Integer::intValue).sum();
        System.out.println("primes " + found.size() + " last " + found.get(found.size() - 1) + " sum " + sum);
        int[][] a = matrix(random, 24);
        int[][] b = matrix(random, 24);
        int[][] c = product(a, b);
        int trace = 0;
        int checksum = 0;
        for (int i = 0; i < c.length; i++) {
            trace += c[i][i];
            for (int value : c[i]) checksum = (checksum * 31 + value) % 1000003;
        }
        System.out.println("matrix trace " + trace + " checksum " + checksum);
        String written = text(random, 1200);
        Map<String, Integer> counts = new HashMap<>();
        for (String word : written.split(" ")) counts.merge(word, 1, Integer::sum);
        System.out.println("text " + written.length() + " distinct " + counts.size());
        counts.entrySet().stream()
            .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
            .limit(5)
            .forEach(entry -> System.out.printf("word %s %d%n", entry.getKey(), entry.getValue()));
        String end = written.substring(written.length() - 60);
        System.out.println("distance " + distance(written.substring(0, 60), end));
        List<Shape> shapes = new ArrayList<>();
        for (int i = 1; i <= 30; i++) shapes.add(i % 2 == 0 ? new Rectangle(i, i + 1) : new Circle(i));
        for (Class<?> kind : List.of(Rectangle.class, Circle.class)) {
            List<Integer> areas = shapes.stream().filter(kind::isInstance).map(Shape::area).toList();
            int total = areas.stream().mapToInt(Integer::intValue).sum();
            System.out.println(kind.getSimpleName().toLowerCase() + " " + areas.size() + " " + total);
        }
        IntSupplier byThree = counter(3);
        IntSupplier bySeven = counter(7);
        for (int i = 0; i < 5; i++) byThree.getAsInt();
        System.out.println("counters " + byThree.getAsInt() + " " + bySeven.getAsInt());
        String squares = IntStream.range(0, 20).mapToObj(i -> "" + i * i).collect(Collectors.joining(","));
        System.out.println("squares " + new StringBuilder(squares).reverse());
        System.out.println("fib " + fib(18));
    }
}
