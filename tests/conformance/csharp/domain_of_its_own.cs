using System;

class Program
{
    static void Main(string[] args)
    {
        var other = AppDomain.CreateDomain("other");
        other.DoCallBack(() => Console.WriteLine(AppDomain.CurrentDomain.FriendlyName));
        AppDomain.Unload(other);
        Console.WriteLine("unloaded");
    }
}
