using ModelOps.Contracts.Runs;
using ModelOps.Trainer.Evaluation;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Tests.Evaluation;

public class ComparisonTableTests
{
    /// <summary>
    /// Item 1 is the head (a fifth of five known items). Shopper 0 is cold (1 known interaction) and is asked for 1 and 2,
    /// shopper 1 warm (5) for 3, shopper 2 heavy (20) for 1.
    /// </summary>
    private static readonly Interactions Known = Shop.Of(5, [[.. Repeat(1, 1)], [.. Repeat(2, 2), .. Repeat(3, 3)], [.. Repeat(1, 12), .. Repeat(4, 4), .. Repeat(5, 4)]]);
    private static readonly Holdout Asked = new([1, 5, 20], [new(0, [1, 2]), new(1, [3]), new(2, [1])], 0);

    [Fact]
    public void Segments_DivideShoppersByHistoryAndTargetsByFrequencyAndNovelty()
    {
        var segments = Segment.Of(Asked, Known);
        Assert.Equal(["cold", "warm", "heavy", "head", "tail", "again", "new"], segments.Select(segment => segment.Name));
        (int, string)[][] expected = [[(0, "1 2")], [(1, "3")], [(2, "1")], [(0, "1"), (2, "1")], [(0, "2"), (1, "3")], [(0, "1"), (1, "3"), (2, "1")], [(0, "2")]];
        Assert.Equal(expected, segments.Select(segment => segment.Cases.Select(part => (part.Case, string.Join(' ', part.Relevant))).ToArray()));
    }

    [Fact]
    public void Of_ModelAndBaseline_ReportsMeansSegmentsAndLeads()
    {
        Rankings model = new(Asked.Cases, [[1, 2], [4, 3], [1]]), baseline = new(Asked.Cases, [[1], [1], [1]]);
        var table = new ComparisonTable(Known, Asked, seed: 1).Of(("model", model), ("popularity", baseline));

        var row = table["model"];
        Assert.Equal((1 + 1 / Math.Log2(3) + 1) / 3, row["ndcg@10"], 1e-12);
        Assert.Equal(3, row["cases"]);
        Assert.Equal(0.8, row["coverage@10"]);
        Assert.Equal((1, 0.5), (row["cold/recall@10"], table["popularity"]["cold/recall@10"]));
        // Item 2 first of the tail's: the head's item above it is no hit.
        Assert.Equal(1 / Math.Log2(3), row["tail/ndcg@10"], 1e-12);
        Assert.Equal(1, row["head/ndcg@10"]);
        Assert.Equal(2, row["head/cases"]);
        Assert.InRange(row["ndcg@10"], row["ndcg@10.low"], row["ndcg@10.high"]);
        Assert.DoesNotContain("cold/ndcg@10.low", row.Keys); // one case
        Assert.DoesNotContain("ndcg@10.lead", row.Keys);

        var behind = table["popularity"];
        Assert.Equal(row["ndcg@10"] - behind["ndcg@10"], behind["ndcg@10.lead"], 1e-12);
        Assert.InRange(behind["ndcg@10.lead"], behind["ndcg@10.lead.low"], behind["ndcg@10.lead.high"]);
        Assert.True(behind["ndcg@10.lead.low"] >= 0); // in no case is the model worse
        Assert.Equal([.. RankingMetrics.All.Keys, "coverage@10", "novelty@10", "gini@10", "cases"], row.Keys.Where(MetricName.IsPlain).OrderBy(Place));
    }

    [Fact]
    public void Of_NoCaseInASegment_LeavesItOut()
    {
        Holdout one = new([1, 5, 20], [new(0, [1])], 0);
        var table = new ComparisonTable(Known, one, seed: 1).Of(("model", new Rankings(one.Cases, [[1]])));
        Assert.Equal(["cold", "head", "again"], table["model"].Keys.Select(MetricName.Segment).OfType<string>().Distinct());
    }

    private static int Place(string name) => Array.IndexOf([.. RankingMetrics.All.Keys, "coverage@10", "novelty@10", "gini@10", "cases"], name);

    private static IEnumerable<Interaction> Repeat(int item, int times) => Enumerable.Range(0, times).Select(i => new Interaction(item, true, i));
}
