using ModelOps.Search.Packages;
using ModelOps.Search.Ranking;

namespace ModelOps.Tests.Search;

public sealed class SearchPackageTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("modelops-search-").FullName;

    [Fact]
    public async Task Open_GivesWhatWasWritten()
    {
        var settings = new SearchSettings { Synonyms = [["notebook", "laptop"]], Weights = SearchWeights.Default with { Coverage = 3 }, Queries = [new AskedQuery("usb charger", 3)], EventCursor = 7 };
        await SearchPackage.WriteAsync(folder, settings, SmallCatalogue.Products);

        using var opened = await SearchPackage.OpenAsync(folder);
        using var built = SmallCatalogue.Engine(["notebook", "laptop"]);

        Assert.Equal((3, 7L), (opened.Settings.Weights.Coverage, opened.Settings.EventCursor));
        Assert.Equal(built.Find("laptop"), opened.Find("laptop"));
        Assert.Equal(built.Search("camera case").Products.Select(product => product.Lexical), opened.Search("camera case", SearchWeights.Default).Products.Select(product => product.Lexical));
        Assert.Equal("usb charger", opened.Suggestions.Complete("us", 1)[0].Text);
    }

    [Fact]
    public async Task Open_OfAnotherCatalogue_IsRefused()
    {
        await SearchPackage.WriteAsync(folder, new SearchSettings(), SmallCatalogue.Products);
        var lines = await File.ReadAllLinesAsync(Path.Combine(folder, SearchPackage.Products));
        await File.WriteAllLinesAsync(Path.Combine(folder, SearchPackage.Products), lines.Skip(1));

        Assert.Contains("not made together", (await Assert.ThrowsAsync<InvalidDataException>(() => SearchPackage.OpenAsync(folder))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SearchPackage.Index)]
    [InlineData(SearchPackage.Settings)]
    public async Task Open_ADamagedFile_IsRefused(string file)
    {
        await SearchPackage.WriteAsync(folder, new SearchSettings(), SmallCatalogue.Products);
        await File.WriteAllBytesAsync(Path.Combine(folder, file), [1, 2, 3]);

        await Assert.ThrowsAsync<InvalidDataException>(() => SearchPackage.OpenAsync(folder));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
