namespace App.Text
{
    static class Greeting
    {
        public static string Of(string name) { return "hello " + name; }
    }
}
