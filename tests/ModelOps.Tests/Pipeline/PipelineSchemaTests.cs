using System.Text.Json;
using ModelOps.Pipeline.Definitions;
using ModelOps.ServiceDefaults;

namespace ModelOps.Tests.Pipeline;

public sealed class PipelineSchemaTests
{
    [Fact]
    public void SchemaFile_IsUpToDate()
    {
        var file = Path.Combine(Root(), "pipelines", "pipeline.schema.json");
        if (Environment.GetEnvironmentVariable("MODELOPS_WRITE_SCHEMA") is not null)
            File.WriteAllText(file, PipelineSchema.Text);

        Assert.True(
            PipelineSchema.Text == File.ReadAllText(file),
            "pipelines/pipeline.schema.json is not what the definition says. Write it again: MODELOPS_WRITE_SCHEMA=1 dotnet test tests/ModelOps.Tests --filter PipelineSchemaTests");
    }

    [Fact]
    public void Schema_KnowsEveryKey_AndNoOther()
    {
        var schema = JsonDocument.Parse(PipelineSchema.Text).RootElement;

        Assert.Equal(
            ["application", "dataset", "gates", "limits", "model", "name", "prepare", "rollout", "schedule", "steps", "train", "triggers"],
            schema.GetProperty("properties").EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal));
        Assert.False(schema.GetProperty("additionalProperties").GetBoolean());
        var kind = schema.GetProperty("properties").GetProperty("rollout").GetProperty("properties").GetProperty("kind").GetProperty("enum");
        Assert.Equal(["direct", "shadow", "canary", "ab"], kind.EnumerateArray().Select(value => value.GetString()));
        var coolDown = schema.GetProperty("properties").GetProperty("limits").GetProperty("properties").GetProperty("cool_down").GetProperty("properties").GetProperty("success");
        Assert.Equal(("string", LengthOfTime.Pattern), (coolDown.GetProperty("type").GetString(), coolDown.GetProperty("pattern").GetString()));
    }

    [Theory]
    [InlineData("recommend.yaml")]
    [InlineData("assist.yaml")]
    public void EachPipeline_NamesTheSchema(string file) => Assert.StartsWith("# yaml-language-server: $schema=pipeline.schema.json\n", File.ReadAllText(Path.Combine(Root(), "pipelines", file)), StringComparison.Ordinal);

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "global.json")))
            folder = folder.Parent!;
        return folder.FullName;
    }
}
