using System.Text.Json;
using CsCheck;
using ModelOps.Dashboard.Pages.Pipelines;

namespace ModelOps.Tests.Dashboard;

public sealed class YamlCompletionTests
{
    private static readonly JsonElement Schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "pipelines", "pipeline.schema.json"))).RootElement;

    [Fact]
    public void EmptyLine_AtTheTop_TakesTheKeysThatAreNotThere()
    {
        var keys = Texts("name: x\n\ngates:\n  - metric: ndcg@10\n", 1);

        Assert.Contains("rollout", keys);
        Assert.DoesNotContain("name", keys);
        Assert.DoesNotContain("gates", keys);
        Assert.DoesNotContain("metric", keys);
    }

    [Theory]
    [InlineData("rollout:\n  ki", 1, "kind")]
    [InlineData("limits:\n  cool_down:\n    s", 2, "success")]
    [InlineData("gates:\n  - metric: ndcg@10\n    at_l", 2, "at_least")]
    [InlineData("steps:\n  train:\n    tim", 2, "timeout")]
    [InlineData("# a remark\nsched", 1, "schedule")]
    public void KeyThatIsBegun_InItsBlock_IsCompleted(string yaml, int line, string key) => Assert.Contains(key, Texts(yaml, line));

    [Fact]
    public void SecondItemOfAList_MayHaveTheFirstsKeys() => Assert.Contains("metric", Texts("gates:\n  - metric: a\n  - m", 2));

    [Fact]
    public void Value_OfAnEnumeration_IsCompleted()
    {
        Assert.Equal(["canary"], Texts("rollout:\n  kind: can", 1));
        Assert.Equal(["true", "false"], Texts("prepare:\n  include_event_log: ", 1).Order().Reverse());
    }

    [Theory]
    [InlineData("rollout: { kind: can", 0)]
    [InlineData("nothing:\n  like: this", 1)]
    [InlineData("name: x", 7)]
    [InlineData("", 0)]
    public void WhereNothingIsKnown_NothingIsSaid_OrTheTop(string yaml, int line) => Assert.Equal(yaml.Length == 0, Texts(yaml, line).Count > 0);

    [Fact]
    public void Insert_KeepsIndentationAndDash()
    {
        const string yaml = "gates:\n  - me\nname: x";

        Assert.Equal("gates:\n  - metric: \nname: x", YamlCompletion.Insert(yaml, 1, YamlCompletion.At(Schema, yaml, 1).Single(one => one.Text == "metric")));
    }

    [Fact]
    public void AnyText_AtAnyLine_IsNoError() => Gen.String[Gen.Char["abn :-#{}[]\r\n\t'\"ü🙂"], 0, 200].Select(Gen.Int[-2, 40]).Sample((yaml, line) =>
    {
        foreach (var completion in YamlCompletion.At(Schema, yaml, line))
            Assert.Contains(completion.Insert, YamlCompletion.Insert(yaml, line, completion), StringComparison.Ordinal);
    });

    private static List<string> Texts(string yaml, int line) => [.. YamlCompletion.At(Schema, yaml, line).Select(completion => completion.Text)];
}
