using System.IO.Compression;
using System.Text.Json;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Pictures;
using ModelOps.DataPrep.Sources;
using ModelOps.Pictures;
using ModelOps.Tests.Pictures;

namespace ModelOps.Tests.Pictures;

public sealed class PictureArchiveTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("modelops-pictures-").FullName;

    [Theory]
    [InlineData("85123A.jpg", "85123A")]
    [InlineData("folder/85123A.jpg", "85123A")]
    [InlineData("../../../etc/passwd.png", "passwd")]
    [InlineData("..\\..\\windows\\system.png", "system")]
    [InlineData("/absolute.png", "absolute")]
    [InlineData("a%2Fb.png", "a/b")]
    [InlineData("no-ending", "no-ending")]
    [InlineData("v1.5.png", "v1.5")]
    public void ProductOf_AName_IsAnIdAndNeverAPath(string name, string product) => Assert.Equal(product, PictureArchive.ProductOf(name));

    [Fact]
    public async Task Read_WholeAndHostileFiles_EachByItself()
    {
        var rows = await ReadAsync(
            ("good.png", DrawnPicture.Of()), ("../../outside.png", DrawnPicture.Of()), ("cut.png", DrawnPicture.Of()[..60]), ("page.png", "<html>"u8.ToArray()), ("bomb.png", DrawnPicture.PngOfSize(100_000, 100_000)),
            ("zeros.png", new byte[40_000_000]), ("empty.png", []), ("__MACOSX/._good.png", [1]), (".DS_Store", [1]));

        Assert.Equal(
            [("good", null), ("outside", null), ("cut", "refused"), ("page", PictureFault.UnknownFormat), ("bomb", "refused"), ("zeros", PictureFault.TooManyBytes), ("empty", PictureFault.Empty)],
            rows.Select(row => (row.ItemId, row.Fault is PictureFault.Truncated or PictureFault.Broken or PictureFault.TooManyPixels ? "refused" : row.Fault)));
        Assert.All(rows, row => Assert.Equal(row.Fault is null, row.Picture is not null));
        Assert.All(rows.Where(row => row.Fault is not null), row => Assert.NotEmpty(row.Reason!));
        using var picture = PictureReader.Read(Convert.FromBase64String(rows[0].Picture!), new PictureLimits());
        Assert.Equal((60, 40), (picture.Width, picture.Height));
        Assert.Equal(["pictures"], Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetExtension(path).TrimStart('.')).Where(ending => ending != "zip")); // nothing lies elsewhere
        Assert.False(File.Exists(Path.Combine(folder, "..", "..", "outside.png")));
    }

    [Fact]
    public async Task Read_TheSameArchive_IsTheSameSource()
    {
        var one = await SourceAsync(("a.png", DrawnPicture.Of()));
        var other = await SourceAsync(("a.png", DrawnPicture.Of()));
        Assert.Equal(one.Sha256, other.Sha256);
    }

    [Fact]
    public async Task Read_NoArchive_SaysWhatToSend()
    {
        var path = Path.Combine(folder, "picture.zip");
        await File.WriteAllBytesAsync(path, DrawnPicture.Of());
        var refused = await Assert.ThrowsAsync<UploadException>(async () => await PictureArchive.ReadAsync(await UploadedFile.OfAsync(SourceKind.Pictures, "a.png", path, default), new PictureLimits(), new VideoOptions(), folder, default));
        Assert.Contains("named by product id", refused.Message, StringComparison.Ordinal);
    }

    private async Task<List<PictureRow>> ReadAsync(params (string Name, byte[] Content)[] files) =>
        [.. File.ReadLines((await SourceAsync(files)).Path).Select(line => JsonSerializer.Deserialize<PictureRow>(line, PictureRow.Json)!)];

    private async Task<UploadedFile> SourceAsync(params (string Name, byte[] Content)[] files)
    {
        var path = Path.Combine(folder, "sent.zip");
        await File.WriteAllBytesAsync(path, Zip(files));
        return await PictureArchive.ReadAsync(await UploadedFile.OfAsync(SourceKind.Pictures, "sent.zip", path, default), new PictureLimits(), new VideoOptions(), folder, default);
    }

    internal static byte[] Zip(params (string Name, byte[] Content)[] files)
    {
        using var packed = new MemoryStream();
        using (var archive = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(content);
            }
        }
        return packed.ToArray();
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
