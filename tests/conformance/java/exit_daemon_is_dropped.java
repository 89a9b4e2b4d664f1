public class Daemon {
    public static void main(String[] args) {
        Thread daemon = new Thread(() -> {
            try { Thread.sleep(60_000); } catch (InterruptedException e) { return; }
            System.out.println("never");
        });
        daemon.setDaemon(true);
        daemon.start();
        System.out.println("main ends " + daemon);
    }
}
