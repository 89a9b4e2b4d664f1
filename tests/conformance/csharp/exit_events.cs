using System;

class Program
{
    static void Main(string[] args)
    {
        AppDomain.CurrentDomain.ProcessExit += (sender, e) => Console.WriteLine("process exit");
        Console.WriteLine("main ends");
    }
}
