import java.util.*;

public class Environment {
    public static void main(String[] args) throws Exception {
        new TreeMap<>(System.getenv()).forEach((k, v) -> System.out.println(k + "=" + v));
        System.out.println(System.getenv("NAME") + " " + System.getenv("HEARTH_PARK") + " " + System.getenv().containsKey("NAME"));
        System.out.print(new String(new ProcessBuilder("/usr/bin/env").start().getInputStream().readAllBytes()).contains("NAME=значение 1"));
    }
}
