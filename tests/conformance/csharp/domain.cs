using System;
using System.Linq;
using System.Reflection;

class Program
{
    static void Main(string[] args)
    {
        var domain = AppDomain.CurrentDomain;
        Console.WriteLine(domain.FriendlyName + " " + domain.Id + " " + domain.IsDefaultAppDomain() + " " + domain.SetupInformation.ConfigurationFile);
        Console.WriteLine(Assembly.GetEntryAssembly().GetName().Name + " " + Environment.Version + " " + Type.GetType("Compiler, Compiler"));
    }
}
