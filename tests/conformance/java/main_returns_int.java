public class Returns {
    public static int main(String[] args) { return 3; }
}
