using System;

class Program
{
    static void Main(string[] args)
    {
        Lib.Thrower.Go();
    }
}
