using System;
using System.Threading;

class Program
{
    static void Main(string[] args)
    {
        new Thread(() => { Thread.Sleep(60000); Console.WriteLine("never"); }) { IsBackground = true }.Start();
        Console.WriteLine("main ends");
    }
}
