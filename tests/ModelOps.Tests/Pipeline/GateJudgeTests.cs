using System.Text.Json;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.Contracts.Versions;
using ModelOps.Pipeline.Definitions;
using ModelOps.Pipeline.Gates;

namespace ModelOps.Tests.Pipeline;

public sealed class GateJudgeTests
{
    private static readonly TrainingRun Run = new(
        Guid.NewGuid(), "d", 1, "m", RunState.Succeeded, null, new Dictionary<string, JsonElement>(), [],
        new Dictionary<string, double> { ["ndcg@10"] = .2, ["ndcg@10.low"] = .17, ["ndcg@10.high"] = .24, ["broken"] = double.NaN, ["milliseconds"] = 4 },
        new Dictionary<string, IReadOnlyDictionary<string, double>>
        {
            ["popularity"] = new Dictionary<string, double> { ["ndcg@10"] = .1 },
            ["frequency"] = new Dictionary<string, double> { ["ndcg@10"] = .2, ["ndcg@10.lead"] = 0, ["ndcg@10.lead.low"] = -.01, ["ndcg@10.lead.high"] = .01 },
        },
        DateTimeOffset.UnixEpoch, null, null, null, null);

    private static readonly GateEvidence Evidence = new(Run, new DatasetRows(1000, 900, 100), Champion(("ndcg@10", .19), ("ndcg@10.low", .15), ("ndcg@10.high", .22)));

    [Theory]
    [InlineData("ndcg@10", "popularity", null, null, null)]
    [InlineData("ndcg@10", "frequency", null, null, "not above frequency's 0.2")]
    [InlineData("ndcg@10", "champion", null, null, null)]
    [InlineData("ndcg@10", "oracle", null, null, "no baseline 'oracle'; it has popularity, frequency, champion")]
    [InlineData("milliseconds", "champion", null, null, "champion has no milliseconds")]
    [InlineData("ndcg@10", null, .3, null, "below 0.3")]
    [InlineData("ndcg@10", null, null, .1, "above 0.1")]
    [InlineData("ndcg@10", null, .1, .3, null)]
    [InlineData("milliseconds", null, null, 3.0, "4 is above 3")]
    [InlineData("quarantined_share", null, null, .2, null)]
    [InlineData("quarantined_share", null, null, .05, "0.1 is above 0.05")]
    [InlineData("broken", null, .1, null, "below")]
    [InlineData("unheard-of", null, .1, null, "no such metric; it has ndcg@10, broken, milliseconds, quarantined_share")]
    public void Judge_SaysWhichBarWasMissed(string metric, string? betterThan, double? atLeast, double? atMost, string? says)
    {
        var verdicts = GateJudge.Judge(new GateDefinition { Metric = metric, BetterThan = betterThan, AtLeast = atLeast, AtMost = atMost }, Evidence).ToList();

        Assert.NotEmpty(verdicts);
        if (says is null)
            Assert.All(verdicts, verdict => Assert.True(verdict.Holds, verdict.Reason));
        else
            Assert.Contains(says, Assert.Single(verdicts, verdict => !verdict.Holds).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(.04, false)]
    [InlineData(.06, true)] // of .2: .012, and the interval begins at -.01
    public void NoWorseThan_ABaseline_ByThePairedInterval(double lossAtMost, bool holds)
    {
        var verdict = Assert.Single(GateJudge.Judge(new GateDefinition { Metric = "ndcg@10", NoWorseThan = "frequency", LossAtMost = lossAtMost }, Evidence));

        Assert.Equal((holds, 0, -.01, .01, .2), (verdict.Holds, verdict.Value, verdict.Low, verdict.High, verdict.Baseline));
        Assert.Equal(-lossAtMost * .2, verdict.Limit!.Value, 12);
    }

    [Fact]
    public void NoWorseThan_TheChampion_ByBothIntervals()
    {
        // .2 - .19, less the root of (.2 - .17)² + (.22 - .19)², more the root of (.24 - .2)² + (.19 - .15)².
        var verdict = Assert.Single(GateJudge.Judge(new GateDefinition { Metric = "ndcg@10", NoWorseThan = "champion", LossAtMost = .17 }, Evidence));

        Assert.Equal(.01, verdict.Value!.Value, 12);
        Assert.Equal(.01 - Math.Sqrt(.0018), verdict.Low!.Value, 12);
        Assert.Equal(.01 + Math.Sqrt(.0032), verdict.High!.Value, 12);
        Assert.False(verdict.Holds); // -.0324 is below -.0323
        Assert.True(Assert.Single(GateJudge.Judge(new GateDefinition { Metric = "ndcg@10", NoWorseThan = "champion", LossAtMost = .18 }, Evidence)).Holds);
    }

    [Theory]
    [InlineData(null, .05)]
    [InlineData("no_worse_than", 0)]
    public void Champion_ThatIsNotThere_IsNoBar(string? kind, double loss)
    {
        var gate = kind is null ? new GateDefinition { Metric = "ndcg@10", BetterThan = "champion" } : new GateDefinition { Metric = "ndcg@10", NoWorseThan = "champion", LossAtMost = loss };

        var verdict = Assert.Single(GateJudge.Judge(gate, Evidence with { Champion = null }));

        Assert.True(verdict.Holds);
        Assert.Contains("no champion yet", verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void NoWorseThan_WithoutAnInterval_SaysWhatToDo()
    {
        var verdict = Assert.Single(GateJudge.Judge(new GateDefinition { Metric = "ndcg@10", NoWorseThan = "champion" }, Evidence with { Champion = Champion(("ndcg@10", .1)) }));

        Assert.False(verdict.Holds);
        Assert.Contains("Use better_than or at_least", verdict.Reason, StringComparison.Ordinal);
    }

    private static ModelVersion Champion(params (string Name, double Value)[] metrics) =>
        new("m", 1, VersionStatus.Ready, metrics.ToDictionary(metric => metric.Name, metric => metric.Value), new Dictionary<string, string>(), null, null, DateTimeOffset.UnixEpoch, null);
}
