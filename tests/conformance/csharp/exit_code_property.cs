using System;

class Program
{
    static void Main(string[] args)
    {
        Environment.ExitCode = 5;
        Console.WriteLine("ends");
    }
}
