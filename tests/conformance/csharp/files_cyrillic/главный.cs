using System;

class Program
{
    static void Main(string[] args)
    {
        Console.WriteLine(Помощник.Имя());
        throw new Exception("след");
    }
}
