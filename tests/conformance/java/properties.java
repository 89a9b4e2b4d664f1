import java.nio.charset.Charset;
import java.util.*;

public class Properties {
    public static void main(String[] args) {
        var names = new TreeSet<>(System.getProperties().stringPropertyNames());
        for (String name : names) System.out.println(name + "=" + System.getProperty(name).replace("\n", "\\n"));
        System.out.println(Charset.defaultCharset() + " " + Locale.getDefault() + " " + TimeZone.getDefault().getID());
    }
}
