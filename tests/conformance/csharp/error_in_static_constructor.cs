using System;

class Program
{
    class Broken
    {
        public static int Value = int.Parse("x");
    }

    static void Main(string[] args)
    {
        Console.WriteLine(Broken.Value);
    }
}
