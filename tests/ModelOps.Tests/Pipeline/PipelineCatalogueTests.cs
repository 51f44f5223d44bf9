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
    [InlineData("name: x\ngates: [ { metric: ndcg@10 } ]\n", "none of better_than, at_least and at_most")]
    public void Parse_WrongFile_NamesFileAndKey(string yaml, string says)
    {
        var refusal = Assert.Throws<InvalidDataException>(() => PipelineCatalogue.Parse("x.yaml", yaml));

        Assert.Contains("x.yaml", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_ReportsEveryError()
    {
        var definition = new PipelineDefinition { Rollout = new RolloutDefinition { Kind = "yolo" }, Gates = [new GateDefinition()] };

        Assert.Equal(4, definition.Validate().Count());
    }
}
