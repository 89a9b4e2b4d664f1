public class Loader {
    public static void main(String[] args) throws Exception {
        ClassLoader loader = Loader.class.getClassLoader();
        System.out.println(loader.getName() + " " + loader.getClass().getName() + " " + (loader == ClassLoader.getSystemClassLoader())
            + " " + (loader == Thread.currentThread().getContextClassLoader()));
        System.out.println(Loader.class.getModule().isNamed());
        for (String name : new String[] {"hearth.JudgePlugin", "hearth.Rehearsal", "Rehearsed"}) {
            try {
                System.out.println(Class.forName(name));
            } catch (ClassNotFoundException e) {
                System.out.println(e);
            }
        }
    }
}
