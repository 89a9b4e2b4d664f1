import java.util.stream.LongStream;

public class Parallel {
    public static void main(String[] args) {
        System.out.println(LongStream.rangeClosed(1, 1_000_000).parallel().sum());
    }
}
