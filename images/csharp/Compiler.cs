using System;
using System.IO;
using System.Reflection;
using Mono.CSharp;

/// <summary>What the waiting Mono runs in an application domain beside the program's.</summary>
static class Compiler
{
    const string Rehearsed = @"
using System;
using System.Collections.Generic;
using System.Linq;

public static class Rehearsed
{
    interface IShape { double Area { get; } }

    class Square : IShape
    {
        readonly double side;
        public Square(double side) { this.side = side; }
        public double Area { get { return side * side; } }
    }

    public static void Main(string[] args)
    {
        var shapes = new List<IShape>();
        for (int i = 0; i < 3; i++) shapes.Add(new Square(i));
        var areas = new Dictionary<string, double>();
        foreach (var shape in shapes) areas[$""{shape.Area:F1}""] = shape.Area;
        var large = shapes.Where(shape => shape.Area > 1).Select(shape => shape.Area).ToArray();
        if (args.Length > 0) Console.WriteLine(""{0} {1}"", large.Length, areas.Count + args[0]);
    }
}
";

    /// <summary>As the Main of mcs, which would end the process; with its exit status.</summary>
    static int Compile(string[] words)
    {
        try
        {
            Location.InEmacs = Environment.GetEnvironmentVariable("EMACS") == "t";
            var line = new CommandLineParser(Console.Out);
            var settings = line.ParseArguments(words);
            if (settings == null)
                return 1;
            if (line.HasBeenStopped)
                return 0;
            return Drive(new CompilerContext(settings, new ConsoleReportPrinter()));
        }
        finally
        {
            CompilerCallableEntryPoint.Reset();
        }
    }

    static int Drive(CompilerContext context)
    {
        // The one class of these that is not public.
        var type = typeof(CompilerContext).Assembly.GetType("Mono.CSharp.Driver", true);
        var driver = Activator.CreateInstance(type, context);
        var done = (bool)type.GetMethod("Compile").Invoke(driver, null);
        var report = context.Report;
        if (!done || report.Errors > 0)
        {
            Console.WriteLine("Compilation failed: {0} error(s), {1} warnings", report.Errors, report.Warnings);
            return 1;
        }
        if (report.Warnings > 0)
            Console.WriteLine("Compilation succeeded - {0} warning(s)", report.Warnings);
        return 0;
    }

    /// <summary>Compiles and runs a program while nobody waits, and leaves nothing in the folder.</summary>
    static void Rehearse(string folder, string[] words)
    {
        var source = Path.Combine(folder, "main.cs");
        var program = Path.Combine(folder, "program.exe");
        File.WriteAllText(source, Rehearsed);
        var all = new string[words.Length + 2];
        words.CopyTo(all, 0);
        all[words.Length] = "-out:" + program;
        all[words.Length + 1] = source;
        Compile(all);
        Assembly.LoadFrom(program).EntryPoint.Invoke(null, new object[] { new string[0] });
        foreach (var file in Directory.GetFiles(folder))
            File.Delete(file);
    }

    static void Main() { }
}
