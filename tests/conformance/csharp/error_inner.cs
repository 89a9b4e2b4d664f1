using System;

class Program
{
    static void Main(string[] args)
    {
        try { throw new InvalidOperationException("first"); }
        catch (Exception e) { throw new ApplicationException("second", e); }
    }
}
