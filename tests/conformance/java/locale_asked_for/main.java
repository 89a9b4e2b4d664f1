import java.util.*;

public class Local {
    public static void main(String[] args) {
        System.out.println(Locale.getDefault() + " " + System.getProperty("native.encoding"));
    }
}
