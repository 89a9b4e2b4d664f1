public class Zulu {
    public static void main(String[] args) { System.out.println("Zulu"); }
}
