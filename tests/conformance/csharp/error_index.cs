using System;

class Program
{
    static void Main(string[] args)
    {
        var numbers = new int[2];
        numbers[args.Length + 2] = 1;
    }
}
