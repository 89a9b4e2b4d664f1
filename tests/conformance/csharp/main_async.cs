using System;
using System.Threading.Tasks;

class Program
{
    static async Task Main(string[] args)
    {
        await Task.Delay(10);
        Console.WriteLine("awaited");
    }
}
