public class Path {
    public static void main(String[] args) throws Exception {
        var child = new ProcessBuilder("only-there").start();
        System.out.print(new String(child.getInputStream().readAllBytes()));
    }
}
