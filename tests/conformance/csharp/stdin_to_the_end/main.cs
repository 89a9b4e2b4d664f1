using System;

class Program
{
    static void Main(string[] args)
    {
        int first = Console.Read();
        string rest = Console.In.ReadToEnd();
        Console.WriteLine((char)first + " " + rest.Length + " " + Console.Read());
    }
}
