public enum Color {
    RED, GREEN;

    public static void main(String[] args) {
        for (Color color : values()) System.out.println(color + " " + color.ordinal());
    }
}
