using System;

class Program
{
    static void Main(string[] args)
    {
        AppDomain.CurrentDomain.UnhandledException += (sender, e) => Console.WriteLine("handler: " + ((Exception)e.ExceptionObject).Message + " " + e.IsTerminating);
        throw new Exception("seen");
    }
}
