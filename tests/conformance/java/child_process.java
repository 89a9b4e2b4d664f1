import java.io.*;

public class Child {
    public static void main(String[] args) throws Exception {
        Process cat = new ProcessBuilder("cat").start();
        try (Writer in = cat.outputWriter()) { in.write("through cat\n"); }
        cat.inputReader().lines().forEach(System.out::println);
        System.out.println(cat.waitFor());
        Process shell = new ProcessBuilder("sh", "-c", "echo to stderr >&2; pwd; exit 7").inheritIO().start();
        System.out.println(shell.waitFor());
        System.out.println(Runtime.getRuntime().exec(new String[] {"sh", "-c", "kill -0 " + ProcessHandle.current().pid()}).waitFor());
    }
}
