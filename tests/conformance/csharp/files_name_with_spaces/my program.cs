using System;

class Program
{
    static void Main(string[] args)
    {
        throw new Exception("from a file with a space");
    }
}
