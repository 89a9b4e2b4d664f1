using System;

class Program
{
    static void Main(string[] args)
    {
        Console.WriteLine("before");
        System.Diagnostics.Process.Start("/bin/sh", "-c \"kill -KILL " + System.Diagnostics.Process.GetCurrentProcess().Id + "\"");
        System.Threading.Thread.Sleep(60000);
    }
}
