using System;

class Program
{
    static void Main(string[] args)
    {
        Console.WriteLine("before");
        System.Diagnostics.Process.Start("/bin/sh", "-c \"kill -TERM " + System.Diagnostics.Process.GetCurrentProcess().Id + "\"");
        System.Threading.Thread.Sleep(60000);
    }
}
