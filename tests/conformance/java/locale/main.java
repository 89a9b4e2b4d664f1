import java.text.NumberFormat;
import java.util.*;

public class Local {
    public static void main(String[] args) {
        System.out.println(Locale.getDefault() + " " + NumberFormat.getInstance(Locale.GERMANY).format(1234.5)
            + " " + String.format(new Locale("ru"), "%,.2f", 1234.5) + " " + System.getProperty("stdout.encoding"));
    }
}
