package app.text;

import app.model.Person;

public final class Greeting {
    public static String of(Person person) { return "hello " + person.name(); }
}
