// A little of everything that short programs do; the same in every language, byte for byte.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

/// <summary>A linear congruential generator of 32 bits.</summary>
sealed class Generator
{
    private uint state;

    public Generator(uint seed) => state = seed;

    public int Below(int limit)
    {
        state = unchecked(state * 1664525u + 1013904223u);
        return (int)(state >> 16) % limit;
    }
}

interface IShape
{
    int Area { get; }
}

sealed class Rectangle : IShape
{
    private readonly int width, height;

    public Rectangle(int width, int height)
    {
        this.width = width;
        this.height = height;
    }

    public int Area => width * height;
}

sealed class Circle : IShape
{
    private readonly int radius;

    public Circle(int radius) => this.radius = radius;

    public int Area => 3 * radius * radius;
}

static class Program
{
    static List<int> Primes(int limit)
    {
        var composite = new bool[limit];
        var found = new List<int>();
        for (int number = 2; number < limit; number++)
        {
            if (composite[number]) continue;
            found.Add(number);
            for (long multiple = (long)number * number; multiple < limit; multiple += number)
                composite[multiple] = true;
        }
        return found;
    }

    static int[,] Matrix(Generator random, int size)
    {
        var made = new int[size, size];
        for (int i = 0; i < size; i++)
            for (int j = 0; j < size; j++)
                made[i, j] = random.Below(10);
        return made;
    }

    static int[,] Product(int[,] a, int[,] b)
    {
        int size = a.GetLength(0);
        var made = new int[size, size];
        for (int i = 0; i < size; i++)
            for (int j = 0; j < size; j++)
                for (int k = 0; k < size; k++)
                    made[i, j] += a[i, k] * b[k, j];
        return made;
    }

    static string Text(Generator random, int words)
    {
        var made = new StringBuilder();
        for (int i = 0; i < words; i++)
        {
            if (i > 0) made.Append(' ');
            int length = 1 + random.Below(3);
            for (int j = 0; j < length; j++) made.Append("abcd"[random.Below(4)]);
        }
        return made.ToString();
    }

    static int Distance(string a, string b)
    {
        var previous = Enumerable.Range(0, b.Length + 1).ToArray();
        for (int i = 1; i <= a.Length; i++)
        {
            var current = new int[b.Length + 1];
            current[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                current[j] = Math.Min(replaced, Math.Min(previous[j], current[j - 1]) + 1);
            }
            previous = current;
        }
        return previous[b.Length];
    }

    static Func<int> Counter(int step)
    {
        int count = 0;
        return () => count += step;
    }

    static int Fib(int n) => n < 2 ? n : Fib(n - 1) + Fib(n - 2);

    static IEnumerable<string> Lines()
    {
        string line;
        while ((line = Console.ReadLine()) != null) yield return line;
    }

    static void Main()
    {
        Console.WriteLine($"sum {Lines().Sum(int.Parse)}");
        var random = new Generator(42);
        var found = Primes(20000);
        Console.WriteLine($"primes {found.Count} last {found.Last()} sum {found.Sum()}");
        var a = Matrix(random, 24);
        var b = Matrix(random, 24);
        var c = Product(a, b);
        int trace = Enumerable.Range(0, 24).Sum(i => c[i, i]);
        int checksum = 0;
        foreach (int value in c) checksum = (checksum * 31 + value) % 1000003;
        Console.WriteLine($"matrix trace {trace} checksum {checksum}");
        string written = Text(random, 1200);
        var counts = written.Split(' ').GroupBy(word => word).ToDictionary(same => same.Key, same => same.Count());
        Console.WriteLine($"text {written.Length} distinct {counts.Count}");
        var ranked = counts.OrderByDescending(one => one.Value).ThenBy(one => one.Key, StringComparer.Ordinal);
        foreach (var one in ranked.Take(5)) Console.WriteLine($"word {one.Key} {one.Value}");
        string end = written.Substring(written.Length - 60);
        Console.WriteLine($"distance {Distance(written.Substring(0, 60), end)}");
        var shapes = new List<IShape>();
        for (int i = 1; i <= 30; i++) shapes.Add(i % 2 == 0 ? new Rectangle(i, i + 1) : (IShape)new Circle(i));
        foreach (var kind in new[] { typeof(Rectangle), typeof(Circle) })
        {
            var areas = shapes.Where(kind.IsInstanceOfType).Select(shape => shape.Area).ToList();
            Console.WriteLine($"{kind.Name.ToLowerInvariant()} {areas.Count} {areas.Sum()}");
        }
        var byThree = Counter(3);
        var bySeven = Counter(7);
        for (int i = 0; i < 5; i++) byThree();
        Console.WriteLine($"counters {byThree()} {bySeven()}");
        string squares = string.Join(",", Enumerable.Range(0, 20).Select(i => i * i));
        Console.WriteLine($"squares {new string(squares.Reverse().ToArray())}");
        Console.WriteLine($"fib {Fib(18)}");
    }
}
