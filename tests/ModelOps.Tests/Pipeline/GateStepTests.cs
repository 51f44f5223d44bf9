using System.Text.Json;
using ModelOps.Contracts.Runs;
using ModelOps.Pipeline.Definitions;
using ModelOps.Pipeline.Steps;

namespace ModelOps.Tests.Pipeline;

public sealed class GateStepTests
{
    private static readonly TrainingRun Run = new(
        Guid.NewGuid(), "d", 1, "m", RunState.Succeeded, null, new Dictionary<string, JsonElement>(), [],
        new Dictionary<string, double> { ["ndcg@10"] = .2, ["broken"] = double.NaN },
        new Dictionary<string, IReadOnlyDictionary<string, double>> { ["popularity"] = new Dictionary<string, double> { ["ndcg@10"] = .1 }, ["frequency"] = new Dictionary<string, double> { ["ndcg@10"] = .2 } },
        DateTimeOffset.UnixEpoch, null, null, null, null);

    [Theory]
    [InlineData("ndcg@10", "popularity", null, null, null)]
    [InlineData("ndcg@10", "frequency", null, null, "not above frequency's 0.2")]
    [InlineData("ndcg@10", "oracle", null, null, "no baseline 'oracle'")]
    [InlineData("ndcg@10", null, .3, null, "below 0.3")]
    [InlineData("ndcg@10", null, null, .1, "above 0.1")]
    [InlineData("ndcg@10", null, .1, .3, null)]
    [InlineData("broken", null, .1, null, "below")]
    [InlineData("unheard-of", null, .1, null, "no such metric")]
    public void Refusal_SaysWhichBarWasMissed(string metric, string? betterThan, double? atLeast, double? atMost, string? says)
    {
        var refusal = GateStep.Refusal(new GateDefinition { Metric = metric, BetterThan = betterThan, AtLeast = atLeast, AtMost = atMost }, Run);

        if (says is null)
            Assert.Null(refusal);
        else
            Assert.Contains(says, refusal, StringComparison.Ordinal);
    }
}
