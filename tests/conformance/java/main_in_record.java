record Pair(int a, String b) {
    public static void main(String[] args) {
        System.out.println(new Pair(1, "x") + " " + new Pair(1, "x").equals(new Pair(1, "x")));
    }
}
