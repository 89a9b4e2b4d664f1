using System;

class Program
{
    static void Main(string[] args)
    {
        Console.Out.Flush();
        Environment.Exit(0);
    }
}
