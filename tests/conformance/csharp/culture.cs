using System;
using System.Globalization;

class Program
{
    static void Main(string[] args)
    {
        Console.WriteLine("[" + CultureInfo.CurrentCulture.Name + "] [" + CultureInfo.CurrentUICulture.Name + "] " + 1234.5.ToString("N") + " "
            + 1234.5.ToString("N", new CultureInfo("ru-RU")).Replace('\u00a0', '_') + " " + new DateTime(2000, 1, 2).ToString("D", new CultureInfo("de-DE")));
    }
}
