using System;

class Program
{
    ~Program() { Console.WriteLine("finalized"); }

    static void Make() { new Program(); }

    static void Main(string[] args)
    {
        Make();
        Console.WriteLine("main ends");
    }
}
