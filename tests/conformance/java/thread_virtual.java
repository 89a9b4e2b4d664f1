import java.util.concurrent.*;
import java.util.stream.*;

public class Virtual {
    public static void main(String[] args) throws Exception {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var futures = IntStream.range(0, 50).mapToObj(i -> executor.submit(() -> i)).toList();
            int sum = 0;
            for (var future : futures) sum += future.get();
            System.out.println(sum);
        }
    }
}
