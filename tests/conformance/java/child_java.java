public class Again {
    public static void main(String[] args) throws Exception {
        if (args.length == 1) {
            System.out.println("child " + args[0]);
            System.exit(4);
        }
        String java = System.getProperty("java.home") + "/bin/java";
        Process child = new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), "Again", "x").inheritIO().start();
        System.out.println(child.waitFor());
    }
}
