using System;
using System.IO;
using System.Linq;

class Program
{
    static void Main(string[] args)
    {
        foreach (var folder in new[] { ".", "/tmp", "/build" })
            Console.WriteLine(folder + " " + string.Join(" ", Directory.GetFileSystemEntries(folder).OrderBy(x => x)));
        File.WriteAllText("out.txt", "x");
        Console.WriteLine(File.ReadAllText("out.txt"));
    }
}
