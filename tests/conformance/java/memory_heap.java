import java.util.ArrayList;
import java.util.List;

public class Heap {
    public static void main(String[] args) {
        List<byte[]> list = new ArrayList<>();
        int count = 0;
        try {
            while (true) {
                list.add(new byte[16 << 20]);
                count++;
            }
        } catch (OutOfMemoryError e) {
            list.clear();
            System.out.println(e + " " + (count > 10) + " " + (Runtime.getRuntime().maxMemory() >> 20));
        }
    }
}
