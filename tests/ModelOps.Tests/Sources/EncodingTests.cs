using System.Text;
using CsCheck;
using ModelOps.DataPrep.Sources.Encodings;

namespace ModelOps.Tests.Sources;

public sealed class EncodingTests
{
    private const string German = "id,title\n1,Größe für Äpfel\n2,Straße\n3,plain\n";
    private const string Chinese = "编号,标题\n1,做父母一定要有刘墉这样的心态\n2,不断地学习，不断地进步\n3,上海的书籍\n";

    static EncodingTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    [Theory]
    [InlineData("utf-8", false, German, "utf-8")]
    [InlineData("utf-8", true, German, "utf-8")]
    [InlineData("utf-8", false, Chinese, "utf-8")]
    [InlineData("utf-16le", false, German, "utf-16le")]
    [InlineData("utf-16le", true, Chinese, "utf-16le")]
    [InlineData("utf-16be", false, German, "utf-16be")]
    [InlineData("utf-16be", true, Chinese, "utf-16be")]
    [InlineData("utf-16le", false, Chinese, "utf-16le")]
    [InlineData("utf-16be", false, Chinese, "utf-16be")]
    [InlineData("iso-8859-1", false, German, "iso-8859-1")]
    [InlineData("windows-1252", false, "id,title\n1,Größe 5 €\n2,“quoted”\n", "windows-1252")]
    [InlineData("gb18030", false, Chinese, "gb18030")]
    [InlineData("gb2312", false, Chinese, "gb18030")]
    public void Read_FindsTheEncoding_AndEveryCharacter(string written, bool mark, string text, string found)
    {
        var encoding = Encoding.GetEncoding(written);
        var read = ReadSource.Of([.. mark ? encoding.GetPreamble() : [], .. encoding.GetBytes(text)]);

        Assert.Contains($", {found},", read.Format, StringComparison.Ordinal);
        Assert.Equal(text.Split('\n')[0].Split(','), read.Columns);
        Assert.Equal(text.Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..].Select(line => line.Split(',')[1]), read.Column(read.Columns[1]));
        Assert.Empty(read.Faults);
    }

    [Fact]
    public void Read_EncodingThatIsNotFoundOut_IsTakenFromTheMapping()
    {
        var read = ReadSource.Of(Encoding.GetEncoding("windows-1251").GetBytes("id,title\n1,привет\n"), encoding: "windows-1251");

        Assert.Equal(["привет"], read.Column("title"));
    }

    [Fact]
    public void Read_AccentAfterManyMegabytes_IsStillFound()
    {
        var rows = string.Concat(Enumerable.Range(0, 200_000).Select(i => $"{i},plain\n"));
        var read = ReadSource.Of(Encoding.Latin1.GetBytes($"id,title\n{rows}x,Größe\n"));

        Assert.Equal("Größe", read.Rows[^1][1]);
    }

    [Fact]
    public void Read_BrokenUtf8_CostsItsRow()
    {
        byte[] content = [.. Encoding.UTF8.GetBytes("id,title\n1,größer\n2,"), 0xC3, (byte)'x', .. Encoding.UTF8.GetBytes("\n3,schön\n4,übel\n")];
        var read = ReadSource.Of(content);

        Assert.Equal(["größer", "schön", "übel"], read.Column("title"));
        Assert.Equal([("broken-encoding", 3L, "title")], read.Faults);
    }

    [Theory]
    [InlineData("utf-16le")]
    [InlineData("utf-16be")]
    public void Read_Utf16WithALostByte_CostsItsRow(string name)
    {
        var encoding = Encoding.GetEncoding(name);
        var before = encoding.GetBytes("id,title\n1,上海\n");
        byte[] content = [.. before, .. encoding.GetBytes("2,北京\n")[1..], .. encoding.GetBytes("3,广州\n4,深圳\n5,成都\n")];
        var read = ReadSource.Of(content);

        Assert.Equal(["1", "3", "4", "5"], read.Column("id"));
        Assert.Equal(3, Assert.Single(read.Faults).Row);
    }

    /// <summary>Whatever text a shop writes, in blocks of whatever size it arrives, it is decoded to itself.</summary>
    [Theory]
    [InlineData("utf-16le")]
    [InlineData("utf-16be")]
    [InlineData("gb18030")]
    public void Decode_AnyText_IsThatText(string name)
    {
        var encoding = name switch { "utf-16le" => TextEncoding.Utf16Little, "utf-16be" => TextEncoding.Utf16Big, _ => TextEncoding.Gb18030 };
        var character = Gen.OneOf(Gen.Char['\n', '~'], Gen.Char['\u00A0', '\u024F'], Gen.Char['\u4E00', '\u9FA5'], Of('\r', '\n', '\u3000', '\u4E0A'));
        Gen.Select(Gen.String[character, 0, 3000], Gen.Int[1, 4000]).Sample(
            (text, block) =>
            {
                using var decoded = Utf8Stream.Of(new Trickle(Encoding.GetEncoding(name).GetBytes(text), block), encoding);
                using var all = new MemoryStream();
                decoded.CopyTo(all);
                return Encoding.UTF8.GetString(all.ToArray()) == text;
            },
            iter: 300, threads: 1);
    }

    private sealed class Trickle(byte[] content, int block) : MemoryStream(content)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, block));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, block)]);
    }

    private static Gen<T> Of<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
