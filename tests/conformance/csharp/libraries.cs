using System;
using System.Data;
using System.IO;
using System.IO.Compression;
using System.Json;
using System.Net.Http;
using System.Text.RegularExpressions;
using System.Xml.Linq;

class Program
{
    static void Main(string[] args)
    {
        Console.WriteLine((int)JsonValue.Parse("{\"a\": [1, 2]}")["a"][1]);
        Console.WriteLine(XElement.Parse("<a><b>text</b></a>").Element("b").Value);
        Console.WriteLine(new HttpClient().Timeout);
        var table = new DataTable();
        table.Columns.Add("x", typeof(int));
        table.Rows.Add(5);
        Console.WriteLine(table.Rows[0]["x"]);
        Console.WriteLine(Regex.Replace("a1b22", "[0-9]+", "#"));
        using (var stream = new MemoryStream())
        {
            using (var zip = new GZipStream(stream, CompressionMode.Compress, true)) zip.WriteByte(1);
            stream.Position = 0;
            using (var zip = new GZipStream(stream, CompressionMode.Decompress)) Console.WriteLine(zip.ReadByte());
        }
    }
}
