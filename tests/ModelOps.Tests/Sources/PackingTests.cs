using System.IO.Compression;
using System.Text;
using ModelOps.DataPrep.Sources;

namespace ModelOps.Tests.Sources;

public sealed class PackingTests
{
    private static readonly byte[] Csv = Encoding.UTF8.GetBytes("user,item\n" + string.Concat(Enumerable.Range(0, 5000).Select(i => $"{i},p{i * 7919 % 1000}\n")));

    public static TheoryData<string> Packers => ["gzip", "zstd", "zip", "gzip, gzip", "zip, gzip"];

    [Theory]
    [MemberData(nameof(Packers))]
    public void Read_PackedFile_ReadsItsContent(string packers)
    {
        var read = ReadSource.Of(Pack(Csv, packers));

        Assert.Contains($"csv, {packers}, utf-8", read.Format, StringComparison.Ordinal);
        Assert.Equal(5000, read.Rows.Count);
    }

    [Theory]
    [InlineData("gzip", "cut")]
    [InlineData("zstd", "cut")]
    [InlineData("zip", "cut")]
    [InlineData("gzip", "flipped")]
    [InlineData("zip", "flipped")]
    public void Read_DamagedPacking_IsRefusedByName(string packer, string damage)
    {
        var packed = Pack(Csv, packer);
        if (damage == "cut")
            packed = packed[..(packed.Length / 2)];
        else
            packed[packed.Length / 2] ^= 0x10;

        var refusal = Assert.Throws<UploadException>(() => ReadSource.Of(packed, "export"));

        Assert.StartsWith("export", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("broken-archive", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_GzipOfSeveralMembers_ReadsAll() =>
        Assert.Equal(2, ReadSource.Of([.. Pack("a,b\n1,2\n"u8.ToArray(), "gzip"), .. Pack("3,4\n"u8.ToArray(), "gzip")]).Rows.Count);

    [Fact]
    public void Read_ZipInAZip_IsRefused() =>
        Assert.Contains("inside another archive", Assert.Throws<UploadException>(() => ReadSource.Of(Pack(Csv, "zip, zip"))).Message, StringComparison.Ordinal);

    internal static byte[] Pack(byte[] content, string packers)
    {
        foreach (var packer in packers.Split(", ").Reverse())
            content = PackOnce(content, packer);
        return content;
    }

    private static byte[] PackOnce(byte[] content, string packer)
    {
        using var packed = new MemoryStream();
        if (packer == "zip")
        {
            using (var archive = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
            {
                using (var entry = archive.CreateEntry("folder/events.csv").Open())
                    entry.Write(content);
                using var shadow = archive.CreateEntry("__MACOSX/folder/._events.csv").Open();
                shadow.WriteByte(0);
            }
            return packed.ToArray();
        }
        using (Stream stream = packer == "gzip" ? new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true) : new ZstdSharp.CompressionStream(packed, leaveOpen: true))
            stream.Write(content);
        return packed.ToArray();
    }
}
