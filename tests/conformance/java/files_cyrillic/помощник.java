class Помощник {
    static String имя() { return Помощник.class.getName(); }
}
