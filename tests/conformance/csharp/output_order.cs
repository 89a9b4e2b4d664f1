using System;

class Program
{
    static void Main(string[] args)
    {
        Console.Write("out;");
        Console.Error.WriteLine("error 1");
        Console.WriteLine(" more");
        Console.Error.Write("error 2");
    }
}
