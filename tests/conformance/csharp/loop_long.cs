using System;

class Program
{
    static void Main(string[] args)
    {
        var composite = new bool[3000001];
        int count = 0;
        for (int i = 2; i < composite.Length; i++)
        {
            if (composite[i]) continue;
            count++;
            for (long j = (long)i * i; j < composite.Length; j += i) composite[j] = true;
        }
        Console.WriteLine(count);
    }
}
