using System;

class Program
{
    static int Down(int n) { return n == 0 ? 0 : 1 + Down(n - 1); }

    static void Main(string[] args)
    {
        Console.WriteLine(Down(20000));
    }
}
