class Whatever {
    public static void main(String... words) {
        System.out.println(Whatever.class.getName() + " " + words.length);
    }
}
