using System;
using System.Threading;

class Program
{
    static void Main(string[] args)
    {
        new Thread(() => { throw new Exception("in a thread"); }).Start();
        Thread.Sleep(60000);
    }
}
