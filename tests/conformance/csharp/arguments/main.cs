using System;

class Program
{
    static void Main(string[] args)
    {
        Console.WriteLine(args.Length + " [" + string.Join("|", args) + "]");
        Console.WriteLine(string.Join("|", Environment.GetCommandLineArgs()));
        Console.WriteLine(Environment.CommandLine);
    }
}
