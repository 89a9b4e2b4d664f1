namespace App.Model
{
    public sealed class Person
    {
        readonly string name;
        public Person(string name) { this.name = name; }
        public string Greet() => Text.Greeting.Of(name);
    }
}
