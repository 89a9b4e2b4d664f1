import java.lang.reflect.*;

public class Reflect {
    private int secret = 5;

    public static void main(String[] args) throws Exception {
        Field field = Reflect.class.getDeclaredField("secret");
        System.out.println(field.get(new Reflect()) + " " + Reflect.class.getDeclaredMethods().length);
        try {
            Reflect.class.getDeclaredMethod("fail").invoke(null);
        } catch (InvocationTargetException e) {
            System.out.println(e.getCause());
        }
    }

    static void fail() { throw new ArithmeticException("cause"); }
}
