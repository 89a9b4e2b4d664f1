using System;

class Program
{
    static void Main(string[] args)
    {
        try { Console.WriteLine(new long[int.MaxValue].Length); }
        catch (OutOfMemoryException e) { Console.WriteLine(e.GetType()); }
    }
}
