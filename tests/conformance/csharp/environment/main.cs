using System;
using System.Linq;

class Program
{
    static void Main(string[] args)
    {
        foreach (var name in Environment.GetEnvironmentVariables().Keys.Cast<string>().OrderBy(x => x, StringComparer.Ordinal))
            Console.WriteLine(name + "=" + Environment.GetEnvironmentVariable(name));
        Environment.SetEnvironmentVariable("NAME", "changed");
        Console.WriteLine(Environment.GetEnvironmentVariable("NAME") + " " + (Environment.GetEnvironmentVariable("HEARTH_PARK") == null));
    }
}
