using ModelOps.Contracts;
using ModelOps.Contracts.Predictions;
using ModelOps.Features;
using ModelOps.Inference.Models;
using ModelOps.Inference.Recommendations;

namespace ModelOps.Tests.Inference;

/// <summary>What a shopper is answered, by a package whose graph counts the history's items.</summary>
public sealed class RecommenderTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("modelops-recommender-").FullName;

    [Fact]
    public async Task Recommend_KnownHistory_RanksByTheModel()
    {
        using var model = await LoadAsync();
        Assert.Equal(["p3", "p2", "p1"], Ids(await AskAsync(model, ["p3", "p2", "p3"], new RecommendationRequest(Count: 3))));
    }

    [Fact]
    public async Task Recommend_SeenSoldOutAndExcluded_AreLeftOut()
    {
        using var model = await LoadAsync(excludeSeen: true, unavailable: "p1");
        Assert.Equal(["p4"], Ids(await AskAsync(model, ["p3", "p2", "unknown"], new RecommendationRequest(Count: 10, Exclude: ["p5", "unknown"]))));
    }

    [Fact]
    public async Task Recommend_FilterThatAllowsFew_AnswersAllOfThem()
    {
        using var model = await LoadAsync();
        var items = await AskAsync(model, ["p3", "p3", "p4"], new RecommendationRequest(Count: 2, Filter: new RecommendationFilter(Brand: "even")));
        Assert.Equal(["p4", "p2"], Ids(items));
        Assert.All(items, item => Assert.Equal(Recommender.ByModel, item.Reason));
    }

    [Fact]
    public async Task Recommend_MoreThanThereAre_AnswersEachOnce()
    {
        using var model = await LoadAsync();
        Assert.Equal(TinyPackage.Items, Ids(await AskAsync(model, ["p3"], new RecommendationRequest(Count: 200))).Distinct().Count());
    }

    [Fact]
    public async Task Recommend_NoHistory_IsPopular()
    {
        using var model = await LoadAsync(unavailable: "p1");
        var items = await AskAsync(model, [], new RecommendationRequest(Count: 2));
        Assert.Equal(["p2", "p3"], Ids(items));
        Assert.All(items, item => Assert.Equal(Recommender.Popular, item.Reason));
    }

    [Fact]
    public async Task Recommend_OwnCounts_BringTheirItemsBack()
    {
        using var model = await LoadAsync(fusion: new FrequencyFusion(10, 1, null));
        var items = await Recommender.RecommendAsync(model, new Shopper([3, 3, 3], new Dictionary<int, float> { [5] = 2 }), new RecommendationRequest(Count: 2), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(["p5", "p3"], Ids(items));
        Assert.Equal([Recommender.Repeat, Recommender.ByModel], items.Select(item => item.Reason));
    }

    [Fact]
    public async Task Recommend_EvidenceInTheHistory_IsNamed_AndNoneIsInvented()
    {
        using var model = await LoadAsync(excludeSeen: true);
        var items = (await AskAsync(model, ["p4", "p1"], new RecommendationRequest(Count: 3))).ToDictionary(item => item.Id, item => item.Because);
        Assert.Equal("p1", items["p3"]); // beside p1 only
        Assert.Equal("p1", items["p2"]); // as close to both: the later one
        Assert.Equal("p1", items["p5"]);
        Assert.All((await AskAsync(model, ["p5"], new RecommendationRequest(Count: 4))), item => Assert.Null(item.Because));
    }

    [Fact]
    public async Task Recommend_Similar_IsWhatIsNearTheProduct_ThenTheModel()
    {
        using var model = await LoadAsync(unavailable: "p3");
        var items = await AskAsync(model, [], new RecommendationRequest(Count: 3, Kind: RecommendationKind.Similar, Products: ["p1"]));
        Assert.Equal("p2", items[0].Id);
        Assert.Equal((Recommender.Similar, "p1"), (items[0].Reason, items[0].Because));
        Assert.All(items[1..], item => Assert.Equal(Recommender.ByModel, item.Reason));
        Assert.DoesNotContain("p1", Ids(items));
        Assert.DoesNotContain("p3", Ids(items));
    }

    [Fact]
    public async Task Recommend_BoughtTogether_WhatBelongsToSeveralComesFirst()
    {
        using var model = await LoadAsync(excludeSeen: true);
        var request = new RecommendationRequest(Count: 2, Kind: RecommendationKind.BoughtTogether, Products: ["p1", "p2"]);
        Assert.Equal(["p5", "p4"], Ids((await AskAsync(model, ["p5"], request)))); // also what the shopper knows
        Assert.Equal(["p4"], Ids((await AskAsync(model, ["p5"], request with { Count = 1, Filter = new RecommendationFilter(NotBought: true) }))));
    }

    [Fact]
    public async Task Recommend_Cart_GoesOnFromTheHistory_WithoutTheCart()
    {
        using var model = await LoadAsync();
        var items = await AskAsync(model, ["p4"], new RecommendationRequest(Count: 3, Kind: RecommendationKind.Cart, Products: ["p5", "unknown"]));
        Assert.Equal("p4", items[0].Id);
        Assert.DoesNotContain("p5", Ids(items));
    }

    [Fact]
    public async Task Recommend_SimilarToNothing_IsPopular()
    {
        using var model = await LoadAsync();
        Assert.All((await AskAsync(model, [], new RecommendationRequest(Count: 2, Kind: RecommendationKind.Similar))), item => Assert.Equal(Recommender.Popular, item.Reason));
    }

    [Fact]
    public async Task Recommend_FiltersOfEveryKind_AreKept()
    {
        using var model = await LoadAsync();
        Assert.Equal(["p4", "p5"], Ids((await AskAsync(model, ["p1"], new RecommendationRequest(Filter: new RecommendationFilter(Categories: ["large", "none"]))))).Order());
        Assert.Equal(["p1", "p3"], Ids((await AskAsync(model, ["p1"], new RecommendationRequest(Filter: new RecommendationFilter(NotCategories: ["large"], Brands: ["ODD"]))))).Order());
        Assert.Equal(["p2", "p3"], Ids((await AskAsync(model, ["p1"], new RecommendationRequest(Filter: new RecommendationFilter(MinPrice: 2, MaxPrice: 3))))).Order());
    }

    [Fact]
    public async Task LoadAsync_GraphOfAnotherCatalogue_IsRefused()
    {
        await TinyPackage.WriteAsync(folder);
        var items = Path.Combine(folder, PackageFiles.Items);
        var lines = await File.ReadAllLinesAsync(items, TestContext.Current.CancellationToken);

        await File.WriteAllLinesAsync(items, lines[..^1], TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<InvalidDataException>(LoadWrittenAsync);
        await File.WriteAllLinesAsync(items, [.. lines, lines[0].Replace("p1", "p6", StringComparison.Ordinal)], TestContext.Current.CancellationToken);
        var refusal = await Assert.ThrowsAsync<InvalidDataException>(LoadWrittenAsync);
        Assert.Contains("Train and register the model again", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_RelatedItemsOfAnotherCatalogue_AreRefused()
    {
        await TinyPackage.WriteAsync(folder);
        await new RelatedItems([new([TinyPackage.Items + 1], [])]).WriteAsync(Path.Combine(folder, PackageFiles.Related), TestContext.Current.CancellationToken);
        Assert.Contains("Line 1", (await Assert.ThrowsAsync<InvalidDataException>(LoadWrittenAsync)).Message, StringComparison.Ordinal);

        File.Delete(Path.Combine(folder, PackageFiles.Related)); // as packages from before
        using var model = await LoadWrittenAsync();
        Assert.Null((await AskAsync(model, ["p1"], new RecommendationRequest(Count: 1)))[0].Because);
    }

    private async Task<RecommendationModel> LoadAsync(bool excludeSeen = false, FrequencyFusion? fusion = null, string? unavailable = null)
    {
        await TinyPackage.WriteAsync(folder, excludeSeen: excludeSeen, fusion: fusion, unavailable: unavailable);
        return await LoadWrittenAsync();
    }

    private Task<RecommendationModel> LoadWrittenAsync() => RecommendationModel.LoadAsync(StoreId.Main, "tiny", 1, folder, TestBatching.Host(), TestContext.Current.CancellationToken);

    private static Task<List<RecommendedItem>> AskAsync(RecommendationModel model, string[] history, RecommendationRequest request) =>
        Recommender.RecommendAsync(model, Shopper.FromHistory(model, history), request, cancellationToken: TestContext.Current.CancellationToken);

    private static IEnumerable<string> Ids(IEnumerable<RecommendedItem> items) => items.Select(item => item.Id);

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
