using System;

class Program
{
    static void Main(string[] args)
    {
        int zero = args.Length;
        Console.WriteLine(1 / zero);
    }
}
