public class Exit {
    public static void main(String[] args) throws Exception {
        Thread thread = new Thread(() -> System.exit(0));
        thread.start();
        thread.join();
        System.out.println("never");
    }
}
