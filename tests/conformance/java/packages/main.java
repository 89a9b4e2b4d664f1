package app;

import app.model.Person;
import app.text.Greeting;

public class Main {
    public static void main(String[] args) {
        System.out.println(Greeting.of(new Person("Анна")) + " " + Main.class.getPackageName());
    }
}
