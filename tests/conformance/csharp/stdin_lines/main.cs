using System;

class Program
{
    static void Main(string[] args)
    {
        int n = int.Parse(Console.ReadLine());
        long sum = 0;
        for (int i = 0; i < n; i++) sum += long.Parse(Console.ReadLine());
        Console.WriteLine(sum + " [" + Console.ReadLine() + "] " + (Console.ReadLine() == null));
    }
}
