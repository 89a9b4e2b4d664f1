using System;

class Program
{
    static void Main(string[] args)
    {
        Console.Write("without newline");
        Console.WriteLine(((System.IO.StreamWriter)new System.IO.StreamWriter(Console.OpenStandardOutput())).AutoFlush);
    }
}
