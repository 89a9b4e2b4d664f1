public class Привет {
    enum День { ПОНЕДЕЛЬНИК }

    public static void main(String[] аргументы) {
        String имя = "мир";
        System.out.println("Привет, " + имя + "! " + День.ПОНЕДЕЛЬНИК + " 😀 ñ " + "😀".length());
        System.err.println("Ошибка");
        System.out.printf("%s %5.2f %,d%n", имя.toUpperCase(), 3.14159, 1234567);
    }
}
