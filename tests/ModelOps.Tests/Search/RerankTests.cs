using ModelOps.Search.Learning;
using ModelOps.Search.Ranking;

namespace ModelOps.Tests.Search;

public sealed class RerankTests
{
    [Fact]
    public void Apply_MovesWhatWasRead_AndLeavesTheRestBehind()
    {
        var ranking = new ScoredRanking([Product(0, 3), Product(1, 2.9), Product(2, 2.8), Product(3, 2.7)], [.1f, .2f, .9f]);
        Assert.Equal([0, 1, 2, 3], Reranking.Apply(ranking, 0).Select(product => product.Document));
        Assert.Equal([2, 1, 0, 3], Reranking.Apply(ranking, 1).Select(product => product.Document));
        Assert.Equal(.5f, Reranking.Probability(0));
    }

    [Fact]
    public void Learn_WhereTheNetworkKnows_WeighsIt_AndWhereItGuesses_DoesNot()
    {
        using var engine = SmallCatalogue.Engine();
        var ids = engine.Index.Products.Select(product => product.Id).ToList();
        var queries = Enumerable.Range(0, 12).Select(i => new JudgedQuery($"{i}", new Dictionary<string, double> { [ids[i]] = 3 })).ToList();
        ScoredRanking Ranked(int right, float of) => new([.. Enumerable.Range(1, 4).Append(0).Select(step => Product((right + step) % ids.Count, step == 0 ? 4.5 : 5 - .1 * step))], [.. Enumerable.Range(1, 4).Select(_ => .2f), of]);
        var learner = new RerankLearner(engine);

        var knows = learner.Learn(queries, [.. queries.Select((_, i) => Ranked(i, .9f))]);
        var guesses = learner.Learn(queries, [.. queries.Select((_, i) => Ranked(i, .2f))]);

        Assert.True(knows.Weight > 0);
        Assert.Equal(1, knows.HeldOut.Average(), 1e-9);
        Assert.Equal(0, guesses.Weight);
        Assert.True(guesses.HeldOut.Average() < .5);
    }

    private static RankedProduct Product(int document, double score) => new(document, score, score, 1, []);
}
