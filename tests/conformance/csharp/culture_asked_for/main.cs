using System;
using System.Globalization;

class Program
{
    static void Main(string[] args)
    {
        Console.WriteLine("[" + CultureInfo.CurrentCulture.Name + "] " + 1.5);
    }
}
