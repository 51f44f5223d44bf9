using ModelOps.Trainer.Architectures;

namespace ModelOps.Trainer.Tests.Architectures;

/// <summary>Counted models on sequences small enough to count by hand.</summary>
public class CountedTests
{
    private const int Length = 4;

    [Fact]
    public void ItemKnn_PairsInAndAgainstTheOrder_CountByTheirPlaces()
    {
        // After 1 came 2 twice and 3 once, two places on; before 1 came 4 once.
        var observed = new Observed([[1, 2, 3], [4, 1, 2]], Shop.Catalogue(4).Items, Length);
        using var model = ItemKnn.Count(observed, new ItemKnnSettings(Window: 2, Distance: 0.5, Backward: 0.25, Known: 0, Asked: 0, Memory: 1, Neighbours: 4));
        var row = Score(model, 0, 0, 0, 1);
        Assert.Equal([0f, 0f, 1f, 0.5f / 2, 0.25f / 2], row);
    }

    [Fact]
    public void ItemKnn_OlderItemOfTheHistory_AsksWithLess()
    {
        var observed = new Observed([[1, 3], [2, 4]], Shop.Catalogue(4).Items, Length);
        using var model = ItemKnn.Count(observed, new ItemKnnSettings(1, 1, 0, 0, 0, Memory: 0.5, 4));
        Assert.Equal([0f, 0f, 0f, 0.5f, 1f], Score(model, 0, 0, 1, 2));
    }

    [Fact]
    public void SessionKnn_SessionThatSharesMore_SaysMore()
    {
        // The second session shares both items, the first only one of them.
        var observed = new Observed([[1, 3], [1, 2, 4]], Shop.Catalogue(4).Items, Length);
        using var model = SessionKnn.Count(observed, new SessionKnnSettings(Memory: 1, Rarity: 0, Shortness: 0, Distance: 1, Backward: 1, Asked: 0, Neighbours: 2, Recent: 8));
        var row = Score(model, 0, 0, 1, 2);
        Assert.Equal((0.5f / 1f) * row[4], row[3], 1e-6f);
    }

    [Fact]
    public void SessionKnn_OnlyOneNeighbour_IsTheMostAlike()
    {
        var observed = new Observed([[1, 3], [1, 2, 4]], Shop.Catalogue(4).Items, Length);
        using var model = SessionKnn.Count(observed, new SessionKnnSettings(1, 0, 0, 1, 1, 0, Neighbours: 1, 8));
        var row = Score(model, 0, 0, 1, 2);
        Assert.Equal(0f, row[3]);
        Assert.True(row[4] > 0);
    }

    [Fact]
    public void ContentKnn_ItemThatNobodyChose_IsFoundByItsWords()
    {
        // Items 2k and 2k + 1 share a title word; 5 was never chosen.
        var observed = new Observed([[1, 2, 3]], Shop.Catalogue(6).Items, Length);
        using var model = ContentKnn.Count(observed, ContentKnnSettings.Default with { Popularity = 0, Category = 0, Brand = 0.1 });
        var row = Score(model, 0, 0, 0, 4);
        Assert.Equal(5, Array.IndexOf(row, row.Max()));
    }

    [Fact]
    public void Popularity_RareAndFrequent_IsStandardised()
    {
        using var model = Popularity.Count(new Observed([[1, 2], [1, 3], [1]], Shop.Catalogue(3).Items, Length));
        var row = Score(model, 0, 0, 0, 2);
        Assert.True(row[1] > row[2]);
        Assert.Equal(0, row.Skip(1).Average(), 1e-6f);
    }

    [Fact]
    public void Tune_SettingThatMatters_IsFound()
    {
        var observed = new Observed([[1, 2, 3]], Shop.Catalogue(3).Items, Length);
        var architecture = Architecture.Counted.Single(counted => counted.Name == "item-knn");
        var settings = architecture.Tune(observed, rounds: 1, model => Score(model, 0, 0, 0, 1)[3]); // wants 3 as near to 1 as can be
        Assert.True(settings.GetProperty("window").GetInt32() >= 2);
        Assert.Equal(1, settings.GetProperty("distance").GetDouble());
    }

    private static float[] Score(IRecommender model, params long[] history)
    {
        var row = new float[model.Items + 1];
        model.Score(history, row);
        return row;
    }
}
