public class Survives {
    public static void main(String[] args) throws Exception {
        Thread main = Thread.currentThread();
        new Thread(() -> {
            try { main.join(); } catch (InterruptedException e) { return; }
            System.out.println("main is " + main.getState());
        }).start();
        throw new Exception("main failed");
    }
}
