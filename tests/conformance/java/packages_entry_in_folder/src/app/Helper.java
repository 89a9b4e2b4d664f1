package app;

class Helper {
    static String text() { return "from the same package"; }
}
