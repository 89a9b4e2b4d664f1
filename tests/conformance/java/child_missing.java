public class Missing {
    public static void main(String[] args) throws Exception {
        new ProcessBuilder("no-such-command").start();
    }
}
