using System;

class Program
{
    static void Main(string[] args)
    {
        Console.WriteLine(new DateTime(1970, 1, 1, 0, 0, 0, DateTimeKind.Utc).ToLocalTime().ToString("o"));
    }
}
