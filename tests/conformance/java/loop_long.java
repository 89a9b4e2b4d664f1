public class Sieve {
    public static void main(String[] args) {
        boolean[] composite = new boolean[5_000_001];
        int count = 0;
        for (int i = 2; i < composite.length; i++) {
            if (composite[i]) continue;
            count++;
            for (long j = (long) i * i; j < composite.length; j += i) composite[(int) j] = true;
        }
        System.out.println(count);
    }
}
