import java.util.List;

public class Lambda {
    public static void main(String[] args) {
        List.of(1, 2, 0).forEach(x -> System.out.println(10 / x));
    }
}
