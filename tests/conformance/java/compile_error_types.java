import java.util.*;

public class Types {
    interface A { void f() throws Exception; }

    public static void main(String[] args) {
        List<String> list = new ArrayList<Integer>();
        final int fixed = 1;
        fixed = 2;
        A a = () -> { return 3; };
        a.f();
        for (String s : 5) {}
        unknown(list);
    }
}
