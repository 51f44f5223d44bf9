using ModelOps.DemoShop.Shop;

namespace ModelOps.Tests.DemoShop;

public sealed class DemoShopFilesTests
{
    private static readonly DateOnly Day = new(2026, 6, 1);

    [Fact]
    public void Files_SameSeedAndDay_AreTheSame() => Assert.Equal(Events(3), Events(3));

    [Fact]
    public void Files_OtherSeed_AreOthers() => Assert.NotEqual(Events(3), Events(4));

    [Fact]
    public void Events_AreDirtyOnPurpose()
    {
        var rows = Events(3).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(row => row.Split(',')).ToList();

        Assert.InRange(rows.Count, 60_000, 250_000);
        Assert.Contains(rows, row => row[0].Length == 0);
        Assert.Contains(rows, row => row[1] == "POSTAGE");
        Assert.Contains(rows, row => row[2] == "not recorded");
        Assert.Contains(rows, row => row[3] == "mystery");
        Assert.Contains(rows, row => row[4].StartsWith('-'));
        Assert.Equal(DemoShopFiles.ProductCount, rows.Select(row => row[1]).Where(id => id.StartsWith('P') && id != "POSTAGE").Distinct().Count());
    }

    private static string Events(int seed)
    {
        using var text = new StringWriter { NewLine = "\n" };
        new DemoShopFiles(seed, Day).WriteEvents(text);
        return text.ToString();
    }
}
