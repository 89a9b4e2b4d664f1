using System;

class Program
{
    static void Main(string[] args)
    {
        Console.WriteLine(new App.Model.Person("Анна").Greet());
    }
}
