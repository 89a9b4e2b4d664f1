using System;

class Program
{
    static void Main(string[] args)
    {
        Console.WriteLine("before");
        Environment.Exit(3);
        Console.WriteLine("never");
    }
}
