public class Stack {
    public static void main(String[] args) {
        for (StackTraceElement element : Thread.currentThread().getStackTrace()) System.out.println(element);
        StackWalker.getInstance().forEach(System.out::println);
        System.out.println(Thread.currentThread() + " " + Thread.currentThread().getThreadGroup());
    }
}
