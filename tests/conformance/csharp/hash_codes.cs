using System;
using System.Collections.Generic;

class Program
{
    static void Main(string[] args)
    {
        Console.WriteLine("text".GetHashCode() + " " + 5.GetHashCode() + " " + new Random(42).Next() + " " + 2.5.GetHashCode());
        Console.WriteLine(string.Join(" ", new Dictionary<string, int> { { "b", 1 }, { "a", 2 }, { "c", 3 } }.Keys));
    }
}
