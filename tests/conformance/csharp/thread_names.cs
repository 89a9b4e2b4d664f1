using System;
using System.Threading;

class Program
{
    static void Main(string[] args)
    {
        Console.WriteLine(Thread.CurrentThread.ManagedThreadId + " [" + Thread.CurrentThread.Name + "] " + Thread.CurrentThread.IsBackground
            + " " + Thread.CurrentThread.IsThreadPoolThread + " " + Thread.CurrentThread.GetApartmentState());
    }
}
