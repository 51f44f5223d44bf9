using ModelOps.Contracts.Deployments;
using ModelOps.Pipeline.Definitions;

namespace ModelOps.Tests.Pipeline;

public sealed class PipelineCatalogueTests
{
    [Fact]
    public void Load_ShippedPipelines_AreValid()
    {
        var catalogue = PipelineCatalogue.Load(Path.Combine(AppContext.BaseDirectory, "pipelines"));

        Assert.Contains("recommend", catalogue.Pipelines.Keys);
    }

    [Theory]
    [InlineData("name: [", "line 1")]
    [InlineData("name: x\ntrian: {}\n", "trian")]
    [InlineData("model: x\n", "name is missing")]
    [InlineData("name: x\nrollout: { kind: yolo }\n", "rollout.kind is 'yolo'")]
    [InlineData("name: x\nrollout: { kind: canary, guards: [ { metric: mood, at_least: 1 } ] }\n", "rollout.guards watches 'mood'")]
    [InlineData("name: x\nrollout: { kind: canary, guards: [ { metric: ctr } ] }\n", "none of at_least, at_most, at_least_times")]
    [InlineData("name: x\ngates: [ { metric: ndcg@10 } ]\n", "none of better_than, no_worse_than, at_least and at_most")]
    [InlineData("name: x\ngates: [ { approval: maybe } ]\n", "approval is 'maybe'")]
    [InlineData("name: x\ngates: [ { approval: required, metric: ndcg@10, at_least: 1 } ]\n", "make two of it")]
    [InlineData("name: x\ngates: [ { metric: ndcg@10, no_worse_than: champion, loss_at_most: 2 } ]\n", "loss_at_most 2")]
    [InlineData("name: x\ngates: [ { metric: ndcg@10, at_least: 0.1, loss_at_most: 0.2 } ]\n", "without no_worse_than")]
    public void Parse_WrongFile_NamesFileAndKey(string yaml, string says)
    {
        var refusal = Assert.Throws<InvalidDataException>(() => PipelineCatalogue.Parse("x.yaml", yaml));

        Assert.Contains("x.yaml", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_Canary_HasItsStepsAndGuards()
    {
        var rollout = PipelineCatalogue.Parse("x.yaml", "name: x\nrollout: { kind: canary, steps: [0, 2.5, 50], bake_minutes: 30, guards: [ { metric: ctr, at_least_times: 0.9 } ] }\n").Rollout;

        Assert.Equal((RolloutKind.Canary, 30), (rollout.Gradual, rollout.BakeMinutes));
        Assert.Equal([0, 2.5, 50], rollout.Steps);
        Assert.Equal([new Guard(GuardMetric.ClickRate, AtLeastTimes: .9)], rollout.Guards!.Select(guard => guard.ToContract()));
    }

    [Fact]
    public void Parse_Gates_HaveWhatTheyAskFor()
    {
        var gates = PipelineCatalogue.Parse("x.yaml", "name: x\ngates: [ { metric: ndcg@10, no_worse_than: champion, loss_at_most: 0.02 }, { approval: required } ]\n").Gates;

        Assert.Equal(("champion", .02, false, true), (gates[0].NoWorseThan, gates[0].LossAtMost, gates[0].NeedsApproval, gates[1].NeedsApproval));
    }

    [Fact]
    public void Validate_ReportsEveryError()
    {
        var definition = new PipelineDefinition { Rollout = new RolloutDefinition { Kind = "yolo" }, Gates = [new GateDefinition()] };

        Assert.Equal(4, definition.Validate().Count());
    }
}
