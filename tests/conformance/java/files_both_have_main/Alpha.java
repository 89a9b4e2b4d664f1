public class Alpha {
    public static void main(String[] args) { System.out.println("Alpha"); }
}
