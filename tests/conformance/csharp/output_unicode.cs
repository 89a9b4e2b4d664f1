using System;

class Program
{
    static void Main(string[] args)
    {
        string имя = "мир";
        Console.WriteLine($"Привет, {имя}! 😀 ñ {"😀".Length}");
        Console.Error.WriteLine("Ошибка");
        Console.WriteLine("{0,8:F2}|{1:N0}|{2:X}", 3.14159, 1234567, 255);
        Console.WriteLine(Console.OutputEncoding.WebName + " " + Console.InputEncoding.WebName + " " + System.Text.Encoding.Default.WebName);
    }
}
