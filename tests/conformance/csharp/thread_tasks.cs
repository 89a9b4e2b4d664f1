using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

class Program
{
    static void Main(string[] args)
    {
        var tasks = Enumerable.Range(0, 20).Select(i => Task.Run(() => i * i)).ToArray();
        Task.WaitAll(tasks);
        Console.WriteLine(tasks.Sum(task => task.Result));
        long sum = 0;
        Parallel.For(0, 1000, i => Interlocked.Add(ref sum, i));
        Console.WriteLine(sum);
    }
}
