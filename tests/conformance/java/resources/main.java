public class Resources {
    public static void main(String[] args) throws Exception {
        try (var in = Resources.class.getResourceAsStream("/data/text.txt")) {
            System.out.print(new String(in.readAllBytes()));
        }
        System.out.println(Resources.class.getResource("/data/text.txt"));
        System.out.println(Resources.class.getResource("/none"));
    }
}
