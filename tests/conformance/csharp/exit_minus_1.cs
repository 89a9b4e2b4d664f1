using System;

class Program
{
    static void Main(string[] args)
    {
        Console.WriteLine("before");
        Environment.Exit(-1);
        Console.WriteLine("never");
    }
}
