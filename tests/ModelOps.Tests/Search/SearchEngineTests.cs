using CsCheck;
using ModelOps.Search;

namespace ModelOps.Tests.Search;

public sealed class SearchEngineTests : IDisposable
{
    private readonly SearchEngine engine = SmallCatalogue.Engine(["notebook", "laptop"], ["mobile charger", "power bank"]);

    [Theory]
    [InlineData("eos5d", "camera")] // written apart
    [InlineData("EOS 5D", "camera")]
    [InlineData("usb c cable", "cable")]
    [InlineData("usbc", "cable")]
    [InlineData("head set", "headset")]
    [InlineData("powerbank", "bank")]
    [InlineData("keyboard", "keyboards")]
    [InlineData("laptop", "notebook")]
    [InlineData("13.3 inches", "notebook")]
    [InlineData("13.3\"", "notebook")]
    [InlineData("loigtech", "headset")]
    [InlineData("projector", "projector")] // rather than its lamp
    [InlineData("projector lamp", "lamp")]
    [InlineData("跑步鞋", "shoe")]
    [InlineData("CANON Caméra", "camera")]
    [InlineData("mobile charger", "bank")]
    public void Search_FindsWhatIsMeant(string query, string first) => Assert.Equal(first, engine.Find(query)[0].Split('-')[0]);

    [Fact]
    public void Search_AMisspelledWord_IsSuggestedAsTheCatalogueSpellsIt()
    {
        var findings = engine.Search("wireles keybord");
        Assert.Equal(("wireless keyboard", Matching.All), (findings.Query.Corrected, findings.Match));
    }

    [Fact]
    public void Search_AWordThatNoProductHas_StillFindsByTheOthers()
    {
        var findings = engine.Search("logitech zzzzqqqq headset");
        Assert.Equal("headset", engine.Index.Products[findings.Products[0].Document].Id);
        Assert.Equal(Matching.Some, findings.Match);
    }

    [Theory]
    [InlineData("zzzzqqqq")]
    [InlineData("")]
    [InlineData("😀🎧💥")]
    [InlineData("+-&&||!(){}[]^~*?:\\/")]
    public void Search_NothingFound_GivesWhatIsPopular(string query)
    {
        var findings = engine.Search(query);
        Assert.Equal(Matching.None, findings.Match);
        Assert.Equal("notebook", engine.Index.Products[findings.Products[0].Document].Id);
    }

    [Theory]
    [InlineData("title:camera AND brand:canon")]
    [InlineData("camera^1000 OR *:*")]
    [InlineData("'; SELECT 1; -- camera")]
    [InlineData("[SEP] camera [CLS]")]
    [InlineData("\u202Ecamera")]
    public void Search_Syntax_IsWords(string query) => Assert.StartsWith("camera", engine.Find(query)[0], StringComparison.Ordinal);

    [Fact]
    public void Search_TenThousandCharacters_IsAnsweredFromTheBeginning() =>
        Assert.Equal("headset", engine.Find("headset " + new string('x', 10_000))[0]);

    [Fact]
    public void Search_Anything_IsAnswered() => Gen.String.Sample(query =>
    {
        var products = engine.Search(query).Products;
        Assert.NotEmpty(products);
        Assert.All(products, product => Assert.True(double.IsFinite(product.Score)));
        Assert.Equal(products.Count, products.Select(product => product.Document).Distinct().Count());
    }, iter: 500);

    [Fact]
    public void Search_AnEmptyCatalogue_FindsNothing()
    {
        using var empty = new SearchEngine(ModelOps.Search.Index.CatalogueIndex.Build([], engine.Index.Stemmer), new ModelOps.Search.Packages.SearchSettings());
        Assert.Empty(empty.Search("camera").Products);
        Assert.Empty(empty.Suggestions.Complete("c", 5));
    }

    public void Dispose() => engine.Dispose();
}
