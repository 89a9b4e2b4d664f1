using System;

class Program
{
    [Obsolete("do not")] static void Old() {}

    static void Main(string[] args)
    {
        int unused = 1;
        Old();
        Console.WriteLine("runs");
    }
}
