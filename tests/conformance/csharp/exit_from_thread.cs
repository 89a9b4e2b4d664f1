using System;
using System.Threading;

class Program
{
    static void Main(string[] args)
    {
        var thread = new Thread(() => Environment.Exit(4));
        thread.Start();
        thread.Join();
        Thread.Sleep(60000);
    }
}
