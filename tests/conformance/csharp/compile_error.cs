using System;

class Program
{
    static void Main(string[] args)
    {
        int x = "text";
        undefined(1);
        Console.WriteLine(x)
    }
}
