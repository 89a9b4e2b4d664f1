public class Главный {
    public static void main(String[] args) {
        System.out.println(Помощник.имя());
        throw new IllegalStateException("след");
    }
}
