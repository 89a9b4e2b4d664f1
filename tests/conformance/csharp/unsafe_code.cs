using System;

class Program
{
    static void Main(string[] args)
    {
        int value = 5;
        unsafe { int* pointer = &value; *pointer += 1; }
        Console.WriteLine(value);
    }
}
