using System;
using System.Runtime.InteropServices;

class Program
{
    [DllImport("libc")] static extern IntPtr strlen(string text);

    static void Main(string[] args)
    {
        Console.WriteLine(strlen("four"));
    }
}
