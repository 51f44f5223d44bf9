using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ModelOps.DataPrep.Mapping;

namespace ModelOps.Tests.Checks;

public sealed class BytesTests
{
    [Fact]
    public async Task Version_IsTheSameBytes_AtAnyNumberOfThreads()
    {
        // More rows than one row group of Parquet (122,880) has, in several files, with every kind of dirt.
        var random = new Random(5);
        var files = Enumerable.Range(0, 3).Select(file => (SourceKind.Events, Csv(random, 60_000, file))).Append((SourceKind.Products, Products())).ToList();
        using var one = await BuiltFromCsv.FilesAsync(files, threads: 1);
        using var four = await BuiltFromCsv.FilesAsync(files, threads: 4);
        using var seven = await BuiltFromCsv.FilesAsync(files, threads: 7);

        Assert.Equal(Hashes(one), Hashes(four));
        Assert.Equal(Hashes(one), Hashes(seven));
        Assert.Equal(one.Built.ContentSha256, seven.Built.ContentSha256);
        Assert.Equivalent(one.Built.Statistics, seven.Built.Statistics, strict: true);
        Assert.Equivalent(one.Built.Checks, seven.Built.Checks, strict: true);
    }

    private static List<string> Hashes(BuiltFromCsv version) => [.. version.Built.Files.Select(file => $"{Path.GetFileName(file)} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))}")];

    private static string Csv(Random random, int rows, int file)
    {
        string[] events = ["view", "view", "view", "add_to_cart", "purchase", "mystery"];
        var csv = new StringBuilder("user_id,item_id,timestamp,event_type,quantity,price,session_id,title\n");
        for (var i = 0; i < rows; i++)
        {
            var item = random.Next(500);
            csv.Append(CultureInfo.InvariantCulture, $"{(random.Next(50) == 0 ? "" : $"u{random.Next(4000)}")},p{item},{new DateTime(2026, 1, 1).AddSeconds(file * 3_000_000 + random.Next(3_000_000)):yyyy-MM-dd HH:mm:ss},{events[random.Next(6)]},{random.Next(-1, 4)},{1 + item * .37 * (random.Next(200) == 0 ? 100 : 1):0.00},s{random.Next(9000)},Title {item % 480}\n");
        }
        return csv.ToString();
    }

    private static string Products() =>
        "id,title,brand,product_type,price\n" + string.Concat(Enumerable.Range(0, 450).Select(i => $"p{i},Title {i % 440},B{i % 7},C{i % 11} > D{i % 23},{i}\n"));
}
