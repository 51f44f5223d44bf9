using System.Text.Json;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Tests.Training;

public class TrainingParametersTests
{
    [Fact]
    public void Parse_Nothing_IsTheFastProfile() => Assert.Equal("fast", Parse("{}", out _)!.Profile);

    [Fact]
    public void Parse_Profile_GivesDefaultsThatTheRestOverrides()
    {
        var parameters = Parse("""{"profile":"best","epochs":3,"targetEvents":["purchase"],"testFrom":"2011-09-01"}""", out _)!;
        Assert.Equal(("scratch", 3, 128), (parameters.Refit, parameters.Epochs, parameters.BatchSize));
        Assert.Equal(["purchase"], parameters.TargetEvents!);
        Assert.Equal(new DateTime(2011, 9, 1), parameters.TestFrom);
    }

    [Theory]
    [InlineData("""{"epoch":3}""", "epoch", "batchSize")]
    [InlineData("""{"architecture":"gru"}""", "architecture", "sasrec")]
    [InlineData("""{"profile":"quick"}""", "profile", "fast, best")]
    [InlineData("""{"dropout":7}""", "dropout", "0.9")]
    [InlineData("""{"dimensions":30,"heads":4}""", "heads", "divide")]
    [InlineData("""{"epochs":"many"}""", "epochs", "many")]
    [InlineData("""{"eventWeights":{"purchase":-1}}""", "eventWeights", "0 to 1000")]
    [InlineData("""{"eventWeights":{"purchase":0}}""", "eventWeights", "more than 0")]
    [InlineData("""{"workers":0}""", "workers", "between 1 and 64")]
    [InlineData("""{"workers":2,"hosts":["a","b"]}""", "hosts", "Set 'workers' to 3 or more")]
    [InlineData("""{"workers":2,"hosts":["a -x b"]}""", "hosts", "is no host's name")]
    [InlineData("""{"workers":2,"hosts":["-x"]}""", "hosts", "is no host's name")]
    public void Parse_SomethingWrong_NamesItAndWhatIsValid(string json, string parameter, string hint)
    {
        Assert.Null(Parse(json, out var errors));
        Assert.Contains(hint, Assert.Single(errors[parameter]), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_SeveralErrors_ReportsThemAll()
    {
        Parse("""{"epoch":3,"dropout":7,"heads":"x"}""", out var errors);
        Assert.Equal(["dropout", "epoch", "heads"], errors.Keys.Order());
    }

    public static TheoryData<string> EveryArchitecture => [.. ModelOps.Trainer.Architectures.Architecture.Names];

    [Theory]
    [MemberData(nameof(EveryArchitecture))]
    public void Parse_EveryArchitecture_IsAllowed(string name) => Assert.NotNull(Parse($$"""{"architecture":"{{name}}"}""", out _));

    private static TrainingParameters? Parse(string json, out Dictionary<string, string[]> errors) =>
        TrainingParameters.Parse(JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json), out errors);
}
