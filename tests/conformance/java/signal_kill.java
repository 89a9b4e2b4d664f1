public class Kill {
    public static void main(String[] args) throws Exception {
        System.out.println("before");
        new ProcessBuilder("sh", "-c", "kill -KILL " + ProcessHandle.current().pid()).start().waitFor();
        Thread.sleep(60_000);
    }
}
