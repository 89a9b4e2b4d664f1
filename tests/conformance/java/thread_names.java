public class Names {
    public static void main(String[] args) throws Exception {
        System.out.println(Thread.currentThread().getName() + " " + Thread.currentThread().threadId()
            + " " + Thread.currentThread().getPriority() + " " + Thread.currentThread().isDaemon());
        for (int i = 0; i < 3; i++) {
            Thread thread = new Thread(() -> System.out.println(Thread.currentThread().getName()));
            thread.start();
            thread.join();
        }
        System.out.println(Thread.getAllStackTraces().keySet().stream().filter(t -> !t.isDaemon()).count());
    }
}
