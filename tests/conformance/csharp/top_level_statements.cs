using System;

Console.WriteLine("not in this C#");
