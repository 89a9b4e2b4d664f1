using System;

class Program
{
    static void Main(string[] args)
    {
        for (int i = 0; i < 20000; i++) Console.WriteLine("line " + i);
    }
}
