using System.Net;
using CsCheck;
using ModelOps.Search;
using ModelOps.Search.Results;

namespace ModelOps.Tests.Search;

public sealed class ResultsTests : IDisposable
{
    private readonly SearchEngine engine = SmallCatalogue.Engine();

    [Fact]
    public void Highlights_MarkTheQuerysWords() =>
        Assert.Equal("Canon <em>EOS</em> <em>5D</em> digital <em>camera</em> black", Highlights.Of("Canon EOS 5D digital camera black", engine.Read("cameras eos5d"), engine.Index.Stemmer));

    [Fact]
    public void Highlights_AnyText_ComesBackWithoutTheMarks() => Gen.Select(Gen.String, Gen.String).Sample((text, query) =>
    {
        var html = Highlights.Of(text, engine.Read(query), engine.Index.Stemmer);
        Assert.Equal(text, WebUtility.HtmlDecode(html.Replace("<em>", "", StringComparison.Ordinal).Replace("</em>", "", StringComparison.Ordinal)));
    }, iter: 300);

    [Fact]
    public void Filter_AllThatIsGivenMustHold()
    {
        static bool Allows(ProductFilter filter, string id) => SmallCatalogue.Products.Single(product => product.Id == id) is var product && filter.Allows(product, product.Price, product.Available);
        Assert.True(Allows(new ProductFilter(["photo"], ["CANON"], 1000, 2000), "camera"));
        Assert.False(Allows(new ProductFilter(["Phot"]), "camera")); // no beginning of a name
        Assert.False(Allows(new ProductFilter(MaxPrice: 1000), "camera"));
        Assert.False(Allows(new ProductFilter(Available: true), "bank"));
        Assert.True(Allows(new ProductFilter(Attributes: new Dictionary<string, IReadOnlyList<string>> { ["colour"] = ["Black", "white"] }), "camera"));
        Assert.False(Allows(new ProductFilter(Attributes: new Dictionary<string, IReadOnlyList<string>> { ["colour"] = ["black"] }), "headset"));
    }

    [Fact]
    public void Facets_CountEveryProductThatHasAValue()
    {
        var found = SmallCatalogue.Products.Select(product => (product, product.Price)).ToList();
        Assert.Equal(new FacetValue("Power", 3), Facets.Count(Facets.Category, found)[0]);
        Assert.Equal(new FacetValue("Epson", 2), Facets.Count(Facets.Brand, found)[0]);
        Assert.Equal([new("black", 2), new("red", 1), new("silver", 1)], Facets.Count("colour", found));
        Assert.Empty(Facets.Count("no such attribute", found));
    }

    [Fact]
    public void Facets_OfPrices_CountEachPriceOnce() => Gen.Double[0, 5000].List[0, 60].Sample(prices =>
    {
        var ranges = Facets.Count(Facets.Price, prices.Select(price => (SmallCatalogue.Products[0], (double?)price)));
        Assert.Equal(prices.Count, ranges.Sum(range => range.Count));
    });

    [Fact]
    public void Affinity_MovesWhatIsLiked_AFifthAtMost()
    {
        var products = SmallCatalogue.Products.ToDictionary(product => product.Id);
        var likes = Affinity.Of([products["projector"], products["projector"]]);
        Assert.Equal(1 + Affinity.Strongest, likes.FactorOf(products["projector"]), 1e-9);
        Assert.Equal(1 + Affinity.Strongest / 2, likes.FactorOf(products["lamp"]), 1e-9);
        Assert.Equal(1, likes.FactorOf(products["cable"]));
        Assert.Equal(1, Affinity.None.FactorOf(products["cable"]));
    }

    [Theory]
    [InlineData("usb", "usb c charger")] // asked before any product's name
    [InlineData("Power b", "power bank")]
    [InlineData("canon", "Canon")]
    [InlineData("projector l", "projector lamp", true)]
    [InlineData("", null)]
    [InlineData("qqqq", null)]
    public void Suggest_CompletesWhatIsTyped(string prefix, string? first, bool isRare = false) =>
        Assert.Equal(isRare ? null : first, engine.Suggestions.Complete(prefix, 5).Select(suggestion => suggestion.Text).FirstOrDefault());

    public void Dispose() => engine.Dispose();
}
