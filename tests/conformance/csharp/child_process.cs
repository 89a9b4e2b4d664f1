using System;
using System.Diagnostics;

class Program
{
    static void Main(string[] args)
    {
        var start = new ProcessStartInfo("/bin/sh", "-c \"read x; echo got $x; echo error >&2; pwd; exit 7\"")
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true,
        };
        using (var process = Process.Start(start))
        {
            process.StandardInput.WriteLine("text");
            Console.Write(process.StandardOutput.ReadToEnd());
            process.WaitForExit();
            Console.WriteLine(process.ExitCode);
        }
    }
}
