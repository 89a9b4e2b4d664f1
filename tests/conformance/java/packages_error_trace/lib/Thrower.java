package lib;

public class Thrower {
    public void go() {
        Runnable inner = new Runnable() {
            @Override public void run() { throw new UnsupportedOperationException(); }
        };
        inner.run();
    }
}
