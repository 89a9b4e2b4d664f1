using System;

class Program
{
    static void Main(string[] args)
    {
        строка х = "привет";
    }
}
