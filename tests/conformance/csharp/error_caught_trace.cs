using System;

class Program
{
    static void Fail() { throw new Exception("x"); }

    static void Main(string[] args)
    {
        try { Fail(); }
        catch (Exception e) { Console.WriteLine(e.StackTrace); }
        Console.WriteLine(Environment.StackTrace.Contains("Program.Main") + " " + new System.Diagnostics.StackTrace().FrameCount);
    }
}
