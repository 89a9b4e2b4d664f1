public class Ошибка {
    public static void main(String[] аргументы) {
        строка х = "привет";
    }
}
