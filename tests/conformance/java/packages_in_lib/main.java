import greet.Greeter;

public class Main {
    public static void main(String[] args) throws Exception {
        System.out.println(Greeter.hello() + " " + System.getProperty("java.class.path"));
        System.out.println(Main.class.getResource("/greet/words.txt"));
        System.out.println(new String(Main.class.getResourceAsStream("/greet/words.txt").readAllBytes()));
        System.out.println(Greeter.class.getProtectionDomain().getCodeSource().getLocation());
        System.out.println(Greeter.class.getClassLoader() == Main.class.getClassLoader());
        System.out.println(Greeter.class.getPackage().getImplementationVersion());
        System.out.println(java.lang.management.ManagementFactory.getRuntimeMXBean().getClassPath());
        throw new IllegalStateException(Greeter.hello());
    }
}
