using System;

class Program
{
    static void Inner(int depth)
    {
        if (depth == 0) throw new ArgumentException("плохо");
        Inner(depth - 1);
    }

    static void Main(string[] args)
    {
        Console.WriteLine("before");
        Inner(3);
    }
}
