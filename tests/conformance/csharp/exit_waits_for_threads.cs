using System;
using System.Threading;

class Program
{
    static void Main(string[] args)
    {
        new Thread(() => { Thread.Sleep(100); Console.WriteLine("late"); }).Start();
        Console.WriteLine("main ends");
    }
}
