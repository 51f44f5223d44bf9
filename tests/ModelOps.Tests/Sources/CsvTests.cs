using System.Text;
using CsCheck;
using ModelOps.DataPrep.Sources;

namespace ModelOps.Tests.Sources;

public sealed class CsvTests
{
    private static ReadSource Read(string csv) => ReadSource.Of(Encoding.UTF8.GetBytes(csv));

    [Theory]
    [InlineData(",", "\n")]
    [InlineData(";", "\r\n")]
    [InlineData("\t", "\r")]
    [InlineData("|", "\n")]
    [InlineData("^", "\r\n")]
    [InlineData("\u0001", "\n")]
    public void Read_AnyDelimiterAndLineEnd(string delimiter, string end)
    {
        var lines = new[] { "user_id|item|price", "1|a|1.5", "2|\"b \"\"x\"\" |y\"|2.5", "3|c|3.5", "" };
        var read = Read(string.Join(end, lines).Replace("|", delimiter, StringComparison.Ordinal));

        Assert.Equal(["user_id", "item", "price"], read.Columns);
        Assert.Equal(["a", $"b \"x\" {delimiter}y", "c"], read.Column("item"));
        Assert.Equal(["1.5", "2.5", "3.5"], read.Column("price"));
        Assert.Equal([2L, 3, 4], read.Numbers);
    }

    [Fact]
    public void Read_DecimalCommas_AreNoDelimiters() => Assert.Equal(["1,5", "2,5"], Read("a;price\nx;1,5\ny;2,5\n").Column("price"));

    [Fact]
    public void Read_QuotedDelimitersAndLines_StayInTheirField()
    {
        var read = Read("id,text\n1,\"a, b\nc\"\"d\"\n2, \"spaced\" \n3,6\" pipe\n4,\n");

        Assert.Equal(["a, b\nc\"d", "spaced", "6\" pipe", null], read.Column("text"));
        Assert.Equal([2L, 4, 5, 6], read.Numbers);
    }

    [Fact]
    public void Read_BackslashEscapes_AsMySqlWritesThem()
    {
        var read = Read("id,text\n1,\"a \\\"b\\\", c\"\n2,\"d \\\\ e, f\"\n3,\"g\"\n");

        Assert.Equal(["a \"b\", c", "d \\ e, f", "g"], read.Column("text"));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void Read_OneColumnOfText_KeepsItsCommas(string end)
    {
        var read = Read(string.Join(end, "review", "很好,喜欢", "不错", "\"a, \"\"b\"\"\"", "价格: 一般", "差,很差,退货", ""));

        Assert.Equal(["review"], read.Columns);
        Assert.Equal(["很好,喜欢", "不错", "a, \"b\"", "价格: 一般", "差,很差,退货"], read.Column("review"));
        Assert.Empty(read.Faults);
    }

    [Fact]
    public void Read_LinesBeforeTheHeader_ArePassedOver()
    {
        var read = Read("Export of 2026-11-01\n\nuser,item,time\n1,a,5\n2,b,6\n");

        Assert.Equal(["user", "item", "time"], read.Columns);
        Assert.Equal([4L, 5], read.Numbers);
    }

    [Fact]
    public void Read_EachKindOfBrokenLine_IsNamedWithRowAndColumn_AndCostsOnlyItself()
    {
        var read = Read("id,title,price\n1,\"a\",1\n2,\"b,2\n3,\"c\"d,3\n4,d\n5,e,5,6\n6,f,6,,\n7,\"g\",7\n8,\"h,8\n9,i,9\n");

        Assert.Equal(["1", "6", "7", "9"], read.Column("id"));
        Assert.Equal([("text-after-quote", 3L, "title"), ("text-after-quote", 4, "title"), ("too-few-columns", 5, "price"), ("too-many-columns", 6, "column 4"), ("unclosed-quote", 9, "title")], read.Faults);
    }

    [Fact]
    public void Read_LineWithoutEnd_IsTooLong_AndTheNextIsRead()
    {
        var read = Read($"id,title\n1,a\n2,{new string('x', 3 << 20)}\n3,c\n");

        Assert.Equal(["1", "3"], read.Column("id"));
        Assert.Equal(("row-too-long", 3L), (read.Faults[0].Fault, read.Faults[0].Row));
    }

    [Fact]
    public void Read_SameNameTwiceOrNone_GetsANameOfItsOwn() => Assert.Equal(["a", "a 2", "column 3"], Read("a,A,\n1,2,3\n4,5,6\n").Columns.Select(name => name.ToLowerInvariant()));

    [Fact]
    public void Read_Nothing_IsRefused() => Assert.Contains("no header", Assert.Throws<UploadException>(() => Read("\n\n")).Message, StringComparison.Ordinal);

    /// <summary>Whatever the cells hold, written by RFC 4180 they are read as they were.</summary>
    [Fact]
    public void Read_AnyTable_IsThatTable()
    {
        var cell = Gen.String[Of('a', '7', ',', ';', '"', '\n', '\r', ' ', 'ä', '书', '\\', '\'', '|'), 0, 8];
        var table = Gen.Select(Gen.Int[2, 6], Of(',', ';', '\t', '|'), Of("\n", "\r\n"))
            .SelectMany((width, delimiter, end) => cell.Array[width].Array[3, 12].Select(rows => (width, delimiter, end, rows)));
        table.Sample(
            t =>
            {
                var header = Enumerable.Range(0, t.width).Select(i => $"name{i}").ToArray();
                var csv = string.Join(t.end, t.rows.Prepend(header).Select(row => string.Join(t.delimiter, row.Select(value => $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")))) + t.end;
                var read = Read(csv);
                return read.Faults.Count == 0 && read.Rows.Count == t.rows.Length
                    && read.Rows.Zip(t.rows).All(pair => pair.First.Select(value => value ?? "").SequenceEqual(pair.Second));
            },
            iter: 60, threads: 1, print: t => $"{t.delimiter} {string.Join('/', t.rows.Select(row => string.Join('#', row)))}");
    }

    private static Gen<T> Of<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
