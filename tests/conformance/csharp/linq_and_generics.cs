using System;
using System.Linq;
using System.Numerics;

class Program
{
    static string Describe(object thing)
    {
        if (thing is int n && n > 2) return "big ";
        var text = thing as string;
        return text != null ? text + " " : "other";
    }

    static void Main(string[] args)
    {
        var words = new[] { "pear", "fig", "apple", "kiwi" };
        foreach (var group in words.GroupBy(word => word.Length).OrderBy(group => group.Key))
            Console.WriteLine($"{group.Key}: {string.Join(",", group.OrderBy(x => x))}");
        (int a, string b) pair = (1, "x");
        Console.WriteLine(pair + " " + Describe(3) + Describe("s") + Describe(null));
        Console.WriteLine(BigInteger.Pow(2, 100) + " " + new Complex(1, 2));
        dynamic value = 5;
        Console.WriteLine(value + 1);
    }
}
