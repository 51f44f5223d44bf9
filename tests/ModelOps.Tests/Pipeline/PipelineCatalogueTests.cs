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

    [Fact]
    public void Load_OtherTrades_AreValid()
    {
        var catalogue = PipelineCatalogue.Load(Path.Combine(AppContext.BaseDirectory, "pipelines", "trades"));

        Assert.Equal(["finance", "media"], catalogue.Pipelines.Keys.Order(StringComparer.Ordinal));
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
    public void Parse_ReferencesToReferences_AreWalkedOnce()
    {
        var levels = string.Concat(Enumerable.Range(1, 40).Select(level => $"  l{level}: &l{level} [*l{level - 1}, *l{level - 1}]\n")); // 2⁴⁰ leaves
        Assert.Equal(41, PipelineCatalogue.Parse("x.yaml", $"name: x\ntrain:\n  l0: &l0 [1]\n{levels}").Train.Count);
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

    [Theory]
    [InlineData("name: x\nrollout:\n  kind: yolo\n", 3, 9, "rollout.kind")]
    [InlineData("name: x\ngates:\n  - { metric: ndcg@10, at_least: 1 }\n  - metric: recall@10\n", 4, 13, "gates[1].metric")]
    [InlineData("name: x\nsteps:\n  trian: { retries: 1 }\n", 3, 3, "steps.trian")]
    [InlineData("name: x\nsteps: { train: { timeout: 0s } }\n", 2, 28, "steps.train.timeout")]
    [InlineData("name: x\nschedule: { cron: 61 * * * * }\n", 2, 19, "schedule.cron")]
    [InlineData("name: x\nschedule: { cron: 0 3 * * *, time_zone: Mars/Olympus }\n", 2, 41, "schedule.time_zone")]
    [InlineData("name: x\ntriggers:\n  new_rows: {}\n", 3, 3, "triggers.new_rows")]
    [InlineData("name: x\ntriggers:\n  quality_drop: { metric: mood }\n", 3, 27, "triggers.quality_drop.metric")]
    [InlineData("name: x\nlimits: { concurrency: 0 }\n", 2, 24, "limits.concurrency")]
    [InlineData("name: x\nlimits: { cool_down: { success: 0s } }\n", 2, 33, "limits.cool_down.success")]
    [InlineData("name: x\nlimits: { training_minutes: { week: -1 } }\n", 2, 37, "limits.training_minutes.week")]
    [InlineData("name: x\nlimits: { cool_down: { success: soon } }\n", 2, 33, "")]
    [InlineData("model: x\n", 1, 1, "name")]
    public void Check_MeaninglessValue_IsNamedWithLineAndColumn(string yaml, int line, int column, string key)
    {
        PipelineCatalogue.Check(yaml, out var faults);

        var fault = Assert.Single(faults);
        Assert.Equal((line, column, key), (fault.Line, fault.Column, fault.Key));
    }

    [Fact]
    public void Check_ReportsEveryError_InTheirOrder()
    {
        PipelineCatalogue.Check("name: x\nlimits: { concurrency: 0 }\nrollout: { kind: yolo }\ngates: [ {} ]\n", out var faults);

        Assert.Equal(["limits.concurrency", "rollout.kind", "gates[0]", "gates[0].metric"], faults.Select(fault => fault.Key));
    }

    [Fact]
    public void Parse_Automation_HasItsLimitsAndTriggers()
    {
        var pipeline = PipelineCatalogue.Parse("x.yaml", """
            name: x
            steps: { train: { timeout: 90m, retries: 2 } }
            triggers: { drift: {}, new_rows: { count: 500 } }
            limits: { cool_down: { success: 2d }, training_minutes: { day: 30 } }
            """);

        Assert.Equal((TimeSpan.FromMinutes(90), 2), (pipeline.Steps["train"].Timeout, pipeline.Steps["train"].Retries));
        Assert.Equal((true, 500L, null, false), (pipeline.Triggers.Drift is not null, pipeline.Triggers.NewRows!.Count, pipeline.Triggers.QualityDrop, pipeline.Triggers.Webhook));
        Assert.Equal((TimeSpan.FromDays(2), TimeSpan.FromHours(6), 30, 1200), (pipeline.Limits.CoolDown.Success, pipeline.Limits.CoolDown.Failure, pipeline.Limits.TrainingMinutes.Day, pipeline.Limits.TrainingMinutes.Week));
    }

    [Fact]
    public void Reload_ChangedFile_CountsWhenItIsRight()
    {
        var folder = Directory.CreateTempSubdirectory("modelops-pipelines-");
        var file = Path.Combine(folder.FullName, "x.yaml");
        Write("name: x\n", 1);
        var catalogue = PipelineCatalogue.Load(folder.FullName);

        Assert.False(catalogue.Reload());
        Write("name: y\n", 2);
        Assert.True(catalogue.Reload());
        Assert.Equal(["y"], catalogue.Pipelines.Keys);
        Write("nmae: z\n", 3);
        Assert.True(catalogue.Reload());
        Assert.Equal(["y"], catalogue.Pipelines.Keys);
        Assert.Contains("line 1, column 1", catalogue.Refusal, StringComparison.Ordinal);
        Write("name: z\n", 4);
        catalogue.Reload();
        Assert.Equal((null, "z"), (catalogue.Refusal, catalogue.Pipelines.Keys.Single()));
        folder.Delete(recursive: true);

        void Write(string yaml, int minute)
        {
            File.WriteAllText(file, yaml);
            File.SetLastWriteTimeUtc(file, new DateTime(2026, 11, 1, 3, minute, 0, DateTimeKind.Utc)); // however coarse the file system's clock is
        }
    }

    [Fact]
    public void Validate_ReportsEveryError()
    {
        var definition = new PipelineDefinition { Rollout = new RolloutDefinition { Kind = "yolo" }, Gates = [new GateDefinition()] };

        Assert.Equal(4, definition.Validate().Count());
    }
}
