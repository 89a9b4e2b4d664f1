using System;

class Program
{
    static void Main(string[] args)
    {
        Console.WriteLine(Console.ReadLine() == null);
        Console.WriteLine(Console.IsInputRedirected + " " + Console.IsOutputRedirected + " " + Console.KeyAvailable);
    }
}
