using System;

class Program
{
    static void Main(string[] args)
    {
        var bytes = new byte[256];
        for (int i = 0; i < 256; i++) bytes[i] = (byte)i;
        using (var stream = Console.OpenStandardOutput()) stream.Write(bytes, 0, bytes.Length);
    }
}
