using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Tests.Training;

public class TrainingSessionTests
{
    [Theory]
    [InlineData("full", "scratch", "float32")]
    [InlineData("sampled", "warm", "float32")]
    [InlineData("sampled", "warm", TrainingParameters.Bfloat16)]
    public void Run_ItemsInACircle_LearnsThemBetterThanPopularity(string loss, string refit, string precision)
    {
        using var folder = new Folder();
        var (progress, _) = Run(Shop.Small with { Loss = loss, Negatives = 20, Refit = refit, ExcludeSeen = "false", Precision = precision }, folder, Shop.Circle());

        var losses = progress.Epochs.Where(point => point.Phase == "validate").Select(point => point.Loss).ToList();
        Assert.True(losses[^1] < losses[0] * 0.9, $"The loss went from {losses[0]} to {losses[^1]}.");
        Assert.True(progress.Comparison["network"]["ndcg@10"] > 0.6, $"NDCG@10 is {progress.Comparison["network"]["ndcg@10"]}.");
        Assert.True(progress.Comparison["network"]["ndcg@10"] > progress.Comparison["popularity"]["ndcg@10"] * 2);
        Assert.Equal(["validate", "test", "refit"], progress.Epochs.Select(point => point.Phase).Distinct());
    }

    [Fact]
    public void Run_TargetsWeighted_LearnsByWeight()
    {
        var plain = FirstLoss(_ => 1);
        Assert.Equal(plain, FirstLoss(_ => 0.5f), 1e-4); // all alike is no weight at all
        Assert.NotEqual(plain, FirstLoss(place => place % 2), 1e-4);

        static double FirstLoss(Func<int, float> weight)
        {
            using var folder = new Folder();
            var circle = Shop.Circle();
            var weighted = circle with { All = [.. circle.All.Select((interaction, place) => interaction with { Weight = weight(place) })] };
            return Run(Shop.Small with { Epochs = 1, Refit = "none", Loss = "full" }, folder, weighted).Item1.Epochs[0].Loss;
        }
    }

    [Fact]
    public void Run_WeeklyPurchases_AllowsRepeatsAndIsNoWorseThanFrequency()
    {
        using var folder = new Folder();
        var (progress, _) = Run(Shop.Small with { Protocol = "next-period", PeriodDays = 14, Epochs = 3 }, folder, Shop.Weekly());
        Assert.True(progress.Fusion!.Weight > 0);
        Assert.True(progress.Comparison["model"]["ndcg@10"] >= progress.Comparison["frequency"]["ndcg@10"] - 0.02);
    }

    [Theory]
    [InlineData(2)] // while the passes are chosen
    [InlineData(8)] // after that
    public void Run_KilledAndResumed_EndsWhereAnUninterruptedRunEnds(int killedAfter)
    {
        var interactions = Shop.Circle();
        var parameters = Shop.Small with { Epochs = 5 };
        using var whole = new Folder();
        var (expected, expectedWeights) = Run(parameters, whole, interactions);

        using var broken = new Folder();
        var left = killedAfter;
        Assert.Throws<OperationCanceledException>(() => Run(parameters, broken, interactions, message =>
        {
            if (message.Epoch is not null && --left == 0)
                throw new OperationCanceledException();
        }));
        var (actual, actualWeights) = Run(parameters, broken, interactions);

        Assert.Equal(expected.BestEpoch, actual.BestEpoch);
        Assert.Equal(expected.Epochs.Select(point => point with { Seconds = 0 }), actual.Epochs.Select(point => point with { Seconds = 0 }));
        Assert.Equal(expectedWeights.Keys, actualWeights.Keys);
        foreach (var (name, values) in expectedWeights)
            Assert.Equal(values, actualWeights[name]);
    }

    [Fact]
    public void Constructor_NobodyCameBack_SaysWhatIsMissing()
    {
        using var folder = new Folder();
        var once = Shop.Of(3, [[new Interaction(1, true, 0)], [new Interaction(2, true, 0)]]);
        var refusal = Assert.Throws<TrainingException>(() => Run(Shop.Small, folder, once));
        Assert.Contains("Bring more history", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TryRead_CheckpointCutOffAnywhere_BeginsAnew()
    {
        using var folder = new Folder();
        var path = Path.Combine(folder.Path, Checkpoint.FileName);
        new Checkpoint(TrainingProgress.Start, new Dictionary<string, float[]> { ["w"] = [1, 2, 3] }, new Dictionary<string, float[]>(), new Dictionary<string, float[]> { ["w"] = [4] }).Write(path);
        Assert.Equal([1, 2, 3], Checkpoint.TryRead(path)!.Weights["w"]);
        var whole = File.ReadAllBytes(path);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.Null(Checkpoint.TryRead(path));
        }
    }

    [Fact]
    public void Run_LossThatIsNaN_SaysWhatToLowerAndKeepsTheLastGoodCheckpoint()
    {
        using var folder = new Folder();
        var path = Path.Combine(folder.Path, Checkpoint.FileName);
        var interactions = Shop.Circle();
        Assert.Throws<OperationCanceledException>(() => Run(Shop.Small, folder, interactions, message =>
        {
            if (message.Epoch is not null)
                throw new OperationCanceledException();
        }));
        var checkpoint = Checkpoint.TryRead(path)!;
        (checkpoint with { Weights = checkpoint.Weights.ToDictionary(weight => weight.Key, weight => Array.ConvertAll(weight.Value, _ => float.NaN)) }).Write(path);
        var broken = File.ReadAllBytes(path);

        var refusal = Assert.Throws<TrainingException>(() => Run(Shop.Small, folder, interactions));
        Assert.Contains("Lower 'learningRate'", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(broken, File.ReadAllBytes(path)); // the pass that failed left nothing
    }

    private static (TrainingProgress, Dictionary<string, float[]>) Run(TrainingParameters parameters, Folder folder, Interactions interactions, Action<WorkerMessage>? report = null)
    {
        using var session = new TrainingSession(parameters, interactions, Shop.Catalogue(interactions.Vocabulary.Count), hasClock: parameters.Protocol == "next-period", folder.Path, report ?? (_ => { }));
        return (session.Run(), new(session.Weights()));
    }
}
