using System;
using System.IO;
using System.Reflection;

class Program
{
    static void Main(string[] args)
    {
        Console.WriteLine(File.ReadAllLines("main.cs")[0]);
        Console.WriteLine(Environment.CurrentDirectory + " " + AppDomain.CurrentDomain.BaseDirectory + " " + Assembly.GetExecutingAssembly().Location);
        File.Delete("main.cs");
        Console.WriteLine(File.Exists("main.cs"));
    }
}
