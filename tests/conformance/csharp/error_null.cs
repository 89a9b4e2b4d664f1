using System;

class Program
{
    static void Main(string[] args)
    {
        string text = args.Length > 5 ? "" : null;
        Console.WriteLine(text.Length);
    }
}
