using CsCheck;
using ModelOps.Features;
using ModelOps.Features.Retrieval;

namespace ModelOps.Tests.Features.Retrieval;

public sealed class IndexSearchTests
{
    private static readonly Dictionary<int, float> None = [];

    [Fact]
    public void Search_AnyVectors_FindsNearlyWhatScoringAllFinds() =>
        Gen.Select(Gen.Int[1, 1_000_000], Gen.Int[100, 3000], Gen.Int[1, 12], Gen.Double[0.05, 3]).Sample(
            (seed, items, fours, spread) =>
            {
                using var random = new RandomIndex(seed, items, fours * 4, spread: spread);
                using var index = ItemIndex.Open(random.Path);
                var search = new IndexSearch(index);
                return Enumerable.Range(0, 20).Average(_ => Recall(random, search, [], 100)) >= 0.98;
            },
            iter: 20);

    [Fact]
    public void Search_EndlessReach_IsScoringAll()
    {
        using var random = new RandomIndex(1, reach: 1000);
        using var index = ItemIndex.Open(random.Path);
        var search = new IndexSearch(index);
        var query = random.Query();
        var (expected, top) = (random.Best(query, [], 50), new RankedItem[50]);

        Assert.Equal(50, search.Search(query, [], null, None, top));

        Assert.Equal(expected.Select(item => item.Index), top.Select(item => item.Index));
        Assert.All(expected.Zip(top), pair => Assert.Equal(pair.First.Score, pair.Second.Score, 1e-5));
        Assert.True(search.Scanned >= random.Items);
    }

    [Fact]
    public void Search_MeasuredReach_LooksAtAShareOfTheItems()
    {
        using var random = new RandomIndex(2, spread: 0.2);
        using var index = ItemIndex.Open(random.Path);
        var search = new IndexSearch(index);

        search.Search(random.Query(), [], null, None, new RankedItem[20]);

        Assert.InRange(search.Scanned, 20, random.Items / 3);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(200)]
    [InlineData(3990)]
    public void Search_BestAreForbidden_GivesTheNext(int forbidden)
    {
        using var random = new RandomIndex(3);
        using var index = ItemIndex.Open(random.Path);
        var search = new IndexSearch(index);
        var query = random.Query();
        long[] never = [.. random.Best(query, [], forbidden).Select(item => (long)item.Index)];

        Assert.True(Recall(random, search, never, 20, query) >= 0.95);
        Assert.Equal(1, Recall(random, search, [], 20, query), 0.05); // and the next search knows nothing of it
    }

    [Fact]
    public void Search_MoreThanAreAllowed_FindsThoseThatAre()
    {
        using var random = new RandomIndex(4, items: 100);
        using var index = ItemIndex.Open(random.Path);
        var top = new RankedItem[100];

        var found = new IndexSearch(index).Search(random.Query(), [.. Enumerable.Range(1, 97).Select(item => (long)item)], null, None, top);

        Assert.Equal([98, 99, 100], top[..found].Select(item => item.Index).Order());
    }

    [Fact]
    public void Rank_OwnCounts_JoinAsInTheGraph()
    {
        using var random = new RandomIndex(5);
        using var index = ItemIndex.Open(random.Path);
        var fusion = new FrequencyFusion(1.5, 0.5, null);
        var query = random.Query();
        var own = new Dictionary<int, float> { [7] = 4, [1234] = 1, [2222] = 9, [4000] = 2 };
        var scores = random.Scores(query);
        fusion.Apply(scores, own);
        var (excluded, expected, top) = (new bool[random.Items + 1], new RankedItem[30], new RankedItem[30]);
        excluded[1234] = true;
        Ranker.Top(scores, excluded, expected);

        Assert.Equal(30, new IndexSearch(index).Search(query, [1234], fusion, own, top));

        Assert.Contains(top, item => item.Index == 2222);
        Assert.Equal(expected.Select(item => item.Index), top.Select(item => item.Index));
        Assert.All(expected.Zip(top), pair => Assert.Equal(pair.First.Score, pair.Second.Score, 1e-4));
    }

    [Fact]
    public void Run_SeveralSearches_FindNearlyWhatEachWouldAlone()
    {
        using var random = new RandomIndex(6);
        using var index = ItemIndex.Open(random.Path);
        var queries = Enumerable.Range(0, 9).Select(_ => random.Query()).ToArray();
        IndexSearch[] searches = [.. queries.Select(_ => new IndexSearch(index))];
        foreach (var (row, search) in searches.Index())
            search.Begin(queries[row], [row + 1], null, None, 10 + row);

        IndexSearch.Run(searches);

        var found = searches.Index().Sum(pair =>
        {
            var (row, top) = (pair.Index, new RankedItem[10 + pair.Index]);
            Assert.Equal(top.Length, pair.Item.End(top));
            Assert.DoesNotContain(top, item => item.Index == row + 1);
            return random.Best(queries[row], [row + 1], top.Length).IntersectBy(top.Select(item => item.Index), item => item.Index).Count();
        });
        Assert.InRange(found, 0.98 * searches.Index().Sum(pair => 10 + pair.Index), int.MaxValue);
    }

    private static double Recall(RandomIndex random, IndexSearch search, long[] never, int count, float[]? query = null)
    {
        query ??= random.Query();
        var expected = random.Best(query, never, count).Select(item => item.Index).ToHashSet();
        var top = new RankedItem[count];
        var found = search.Search(query, never, null, None, top);
        Assert.DoesNotContain(top[..found], item => never.Contains(item.Index));
        return top[..found].Count(item => expected.Contains(item.Index)) / (double)expected.Count;
    }
}
