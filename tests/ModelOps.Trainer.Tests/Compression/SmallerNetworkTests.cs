using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Compression;
using ModelOps.Trainer.Training;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Tests.Compression;

/// <summary>Smaller networks within a whole training: tried before anything has seen the test cases, made again after the refit.</summary>
public class SmallerNetworkTests
{
    private static readonly TrainingParameters Deep = Shop.Small with { Dimensions = 16, Blocks = 2, Heads = 2, Epochs = 4, Refit = "warm", ExcludeSeen = "false", Fuse = "none", Compression = "all", MostLoss = 1 };

    [Fact]
    public void Run_All_TriesBoth_AndDeploysTheSmallest()
    {
        using var folder = new Folder();
        var (progress, weights) = Run(Deep, folder);

        Assert.Equal(["exact", "pruned", "distilled"], progress.Networks.Select(network => network.Name));
        Assert.Equal(progress.Networks.MinBy(network => network.Bytes)!.Name, Assert.Single(progress.Networks, network => network.Kept).Name);
        Assert.All(progress.Networks, network => Assert.True(network.Milliseconds > 0 && network.Bytes > 0));
        Assert.True(progress.Networks[1].Bytes < progress.Networks[0].Bytes);
        Assert.Equal(["validate", "test", "pruned", "distilled", "refit", "distilled"], progress.Epochs.Select(point => point.Phase).Aggregate(new List<string>(), (all, phase) => all.LastOrDefault() == phase ? all : [.. all, phase]));
        Assert.Equal(41 * 8, weights["items.weight"].Length); // 40 items and the padding, half of the 16 dimensions
        Assert.DoesNotContain("blocks.1.query.weight", weights.Keys);
        Assert.Equal(progress.Networks[2].Ndcg10, progress.Comparison["model"]["ndcg@10"], 1e-9); // the table is of what is deployed
    }

    [Fact]
    public void Run_NothingMayBeLost_DeploysTheTrainedNetwork()
    {
        using var folder = new Folder();
        var (progress, weights) = Run(Deep with { MostLoss = 0, Compression = "distilled", StudentDimensions = 2, StudentBlocks = 1 }, folder);

        Assert.True(progress.Networks[1].Loss > 0);
        Assert.Equal("exact", Assert.Single(progress.Networks, network => network.Kept).Name);
        Assert.Equal((41 * 16, null), (weights["items.weight"].Length, progress.Smaller));
    }

    [Theory]
    [InlineData("pruned", false)]
    [InlineData("distilled", false)] // while it is tried
    [InlineData("distilled", true)] // while it is made again
    public void Run_KilledAndResumed_EndsWhereAnUninterruptedRunEnds(string phase, bool again)
    {
        using var whole = new Folder();
        var (expected, expectedWeights) = Run(Deep with { Epochs = 3, Patience = 3 }, whole);
        using var broken = new Folder();
        var isRefitted = false;
        Assert.Throws<OperationCanceledException>(() => Run(Deep with { Epochs = 3, Patience = 3 }, broken, message =>
        {
            isRefitted |= message.Phase == "refit";
            if (message.Epoch?.Phase == phase && isRefitted == again)
                throw new OperationCanceledException();
        }));
        var (actual, actualWeights) = Run(Deep with { Epochs = 3, Patience = 3 }, broken);

        Assert.Equal(expected.Epochs.Select(point => point with { Seconds = 0 }), actual.Epochs.Select(point => point with { Seconds = 0 }));
        Assert.Equal(expected.Networks.Select(network => network with { Milliseconds = 0 }), actual.Networks.Select(network => network with { Milliseconds = 0 }));
        Assert.All(expectedWeights, weight => Assert.Equal(weight.Value, actualWeights[weight.Key]));
    }

    /// <summary>With the teacher's word alone a student comes to say what the teacher says, which the data does not.</summary>
    [Fact]
    public void Distillation_TeachersWordAlone_IsLearned()
    {
        manual_seed(5);
        var parameters = Shop.Small with { TeacherShare = 1, Temperature = 1, StudentDimensions = 16, StudentBlocks = 1, Dropout = 0, Blocks = 1, Heads = 1 };
        using var teacher = Architecture.Networks["sasrec"](new NetworkConfig(40, 8, 16, 2, 2, 0));
        using (no_grad())
        {
            foreach (var parameter in teacher.parameters())
                parameter.normal_(0, 0.3);
        }
        var interactions = Shop.Circle();
        var shares = Enumerable.Repeat(1f / 40, 41).ToArray();
        using var learner = new Learner(shares, 40, null, parameters, teacher: teacher);
        var windows = new ModelOps.Trainer.Training.Windows(interactions, interactions.Everything(), 8);
        var losses = Enumerable.Range(0, 12).Select(pass => learner.Pass(windows, pass, pass, 0)).ToList();

        Assert.True(losses[^1] < losses[0] * 0.5, $"The divergence went from {losses[0]} to {losses[^1]}.");
        Assert.True(losses[^1] > 0); // no divergence is negative
    }

    [Theory]
    [InlineData("""{"compression":"pruned"}""", "compression", "one block and a head of each stay")]
    [InlineData("""{"compression":"pruned","architecture":"item-knn"}""", "compression", "no network")]
    [InlineData("""{"compression":"distilled","studentDimensions":64}""", "compression", "not smaller than its teacher")]
    [InlineData("""{"compression":"all","loraRank":2}""", "compression", "loraRank")]
    [InlineData("""{"temperature":0}""", "temperature", "between")]
    public void Parse_WhatCannotBeMadeSmaller_IsRefused(string parameters, string name, string hint)
    {
        TrainingParameters.Parse(System.Text.Json.JsonSerializer.Deserialize<Dictionary<string, System.Text.Json.JsonElement>>(parameters), out var errors);
        Assert.Contains(hint, string.Join(' ', errors[name]), StringComparison.Ordinal);
    }

    private static (TrainingProgress, Dictionary<string, float[]>) Run(TrainingParameters parameters, Folder folder, Action<WorkerMessage>? report = null)
    {
        var interactions = Shop.Circle(users: 120);
        using var session = new TrainingSession(parameters, interactions, Shop.Catalogue(interactions.Vocabulary.Count), hasClock: false, folder.Path, report ?? (_ => { }));
        return (session.Run(), new(session.Weights()));
    }
}
