package util;

public class Helper {
    public static String name() { return 5; }
}
