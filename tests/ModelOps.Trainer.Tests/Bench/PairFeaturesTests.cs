using ModelOps.Bench.Search;
using ModelOps.Search.Analysis;

namespace ModelOps.Trainer.Tests.Bench;

public sealed class PairFeaturesTests
{
    [Fact]
    public void Of_AnyTexts_AreFiniteAndOfOneLength_AndSayWhatIsShared()
    {
        List<QueryTitle> pairs = [new("angle bracket", "Simpson Strong-Tie 12-Gauge Angle"), new("angle bracket", "Acme angle bracket"), new("", ""), new("rain shower", "Delta 1-Handle Shower Trim ½ in."), new("x\uD83D", "\uD83Dx")];
        var rows = PairFeatures.Of(pairs, Stemmer.Of(Stemmer.English));
        Assert.Single(rows.Select(row => row.Length).Distinct());
        Assert.All(rows.SelectMany(row => row), value => Assert.True(float.IsFinite(value)));
        Assert.True(rows[1][6] > rows[0][6]); // the share of the query, by how rare its words are
    }
}
