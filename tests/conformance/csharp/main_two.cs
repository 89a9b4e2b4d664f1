using System;

class First
{
    static void Main() { Console.WriteLine("first"); }
}

class Second
{
    static void Main() { Console.WriteLine("second"); }
}
