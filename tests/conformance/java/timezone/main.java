import java.time.*;
import java.util.*;

public class Zone {
    public static void main(String[] args) {
        System.out.println(TimeZone.getDefault().getID() + " " + ZoneId.systemDefault());
        System.out.println(new Date(0));
        System.out.println(Instant.EPOCH.atZone(ZoneId.systemDefault()));
    }
}
