public class Big {
    public static void main(String[] args) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            System.out.println(line.append(i % 10));
            if (line.length() > 30) line.setLength(0);
        }
    }
}
