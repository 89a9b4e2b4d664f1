using System;
using System.Linq.Expressions;

class Program
{
    static readonly ParameterExpression x = Expression.Parameter(typeof(int));

    static void Main(string[] args)
    {
        var add = Expression.Lambda<Func<int, int>>(Expression.Add(x, Expression.Constant(1)), x).Compile();
        Console.WriteLine(add(4));
    }
}
