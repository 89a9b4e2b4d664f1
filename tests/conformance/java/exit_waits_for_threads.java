public class Waits {
    public static void main(String[] args) {
        Thread late = new Thread(() -> {
            try { Thread.sleep(100); } catch (InterruptedException e) { return; }
            System.out.println("late, after main, in " + Thread.currentThread().getName());
        });
        late.start();
        System.out.println("main ends");
    }
}
