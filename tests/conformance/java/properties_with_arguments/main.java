public class Command {
    public static void main(String[] args) {
        System.out.println(System.getProperty("sun.java.command"));
    }
}
