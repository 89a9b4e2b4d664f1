class Helper {
    static String text() { return "helper"; }
}
