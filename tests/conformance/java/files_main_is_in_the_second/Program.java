public class Program {
    public static void main(String[] args) { System.out.println(Helper.text()); }
}
