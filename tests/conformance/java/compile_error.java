public class Broken {
    public static void main(String[] args) {
        int x = "text";
        String s = undefined + 1;
        System.out.println(x)
    }
}
