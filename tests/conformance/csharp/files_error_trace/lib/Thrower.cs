using System;
using System.Collections.Generic;

namespace Lib
{
    static class Thrower
    {
        public static void Go()
        {
            new List<int> { 1 }.ForEach(x => { throw new NotSupportedException("from lib"); });
        }
    }
}
