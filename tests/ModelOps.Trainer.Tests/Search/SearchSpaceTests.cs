using System.Text.Json;
using CsCheck;
using ModelOps.Trainer.Search;

namespace ModelOps.Trainer.Tests.Search;

public class SearchSpaceTests
{
    private const string Space = """{"learningRate":{"min":0.0003,"max":0.01,"scale":"log"},"blocks":{"min":1,"max":3},"dropout":{"min":0.1,"max":0.5},"architecture":["sasrec","ligr"]}""";

    [Fact]
    public void Draw_AnySeed_IsWithinTheSpaceAndTheSameAgain() => Gen.Select(Gen.Int[0, 1000], Gen.Int[1, 100]).Sample((seed, number) =>
    {
        var setting = Of(Space, out _).Draw(seed, number, [])!;
        Assert.InRange(setting["learningRate"].GetDouble(), 0.0003, 0.01);
        Assert.InRange(setting["blocks"].GetInt32(), 1, 3);
        Assert.InRange(setting["dropout"].GetDouble(), 0.1, 0.5);
        Assert.Contains(setting["architecture"].GetString(), new[] { "sasrec", "ligr" });
        Assert.Equal(JsonSerializer.Serialize(setting), JsonSerializer.Serialize(Of(Space, out _).Draw(seed, number, [])));
    });

    [Fact]
    public void Draw_TheFirst_IsTheRunsOwn() => Assert.Empty(Of(Space, out _).Draw(1, 0, [])!);

    [Fact]
    public void Draw_AllTried_IsNull()
    {
        var space = Of("""{"dropout":[0.1,0.3]}""", out _);
        var tried = new List<IReadOnlyDictionary<string, JsonElement>>();
        for (var number = 0; space.Draw(1, number, tried) is { } setting; number++)
            tried.Add(setting);
        Assert.Equal(3, tried.Count);
    }

    [Fact]
    public void Draw_SettingsThatExcludeEachOther_AreNotDrawn()
    {
        var space = Of("""{"dimensions":[32,48],"heads":[5,16]}""", out _);
        Assert.All(Enumerable.Range(1, 30).Select(number => space.Draw(1, number, [])), setting => Assert.Equal(16, setting!["heads"].GetInt32()));
    }

    [Theory]
    [InlineData("{}", "Give the parameters")]
    [InlineData("""{"seed":[1,2]}""", "'seed' cannot be searched")]
    [InlineData("""{"dropout":[0.1,7]}""", "dropout 7")]
    [InlineData("""{"dropout":[]}""", "no values")]
    [InlineData("""{"dropout":{"min":0.5,"max":0.1}}""", "min no more than max")]
    [InlineData("""{"weightDecay":{"min":0,"max":1,"scale":"log"}}""", "min above 0")]
    [InlineData("""{"dropout":{"from":1}}""", "min and max")]
    [InlineData("""{"dropout":0.3}""", "list of values")]
    public void Of_SomethingWrong_SaysWhat(string space, string hint)
    {
        Of(space, out var errors);
        Assert.Contains(hint, string.Join(' ', errors), StringComparison.Ordinal);
    }

    private static SearchSpace Of(string space, out List<string> errors) =>
        SearchSpace.Of(JsonSerializer.Deserialize<Dictionary<string, JsonElement>>($$"""{"search":{{space}}}""")!, out errors);
}
