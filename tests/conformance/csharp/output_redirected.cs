using System;
using System.IO;

class Program
{
    static void Main(string[] args)
    {
        var old = Console.Out;
        var writer = new StringWriter();
        Console.SetOut(writer);
        Console.WriteLine("captured");
        Console.SetOut(old);
        Console.WriteLine("[" + writer.ToString().Trim() + "]");
    }
}
