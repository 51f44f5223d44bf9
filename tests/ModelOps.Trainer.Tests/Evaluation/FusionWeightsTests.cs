using ModelOps.Trainer.Architectures;
using ModelOps.Trainer.Evaluation;
using ModelOps.Trainer.Onnx;

namespace ModelOps.Trainer.Tests.Evaluation;

public class FusionWeightsTests
{
    private const int Length = 8;

    [Fact]
    public void Best_OneModelKnowsAndOneGuesses_LeansOnTheOneThatKnows()
    {
        var interactions = Shop.Circle();
        var validation = LeaveOneOut.Split(interactions).Validation;
        using var knows = new Scores(40, history => (int)history[^1] % 40 + 1);
        using var guesses = new Scores(40, _ => 7);
        var weights = new FusionWeights(interactions, validation).Best([("guesses", guesses), ("knows", knows)], seed: 1);
        Assert.True(weights["knows"] > weights["guesses"], $"{weights["knows"]} against {weights["guesses"]}");
    }

    [Fact]
    public void Best_ModelThatAddsNothing_WeighsNothing()
    {
        var interactions = Shop.Circle();
        var validation = LeaveOneOut.Split(interactions).Validation;
        using var knows = new Scores(40, history => (int)history[^1] % 40 + 1);
        using var silent = new Scores(40, _ => 0);
        Assert.Equal(0, new FusionWeights(interactions, validation).Best([("knows", knows), ("silent", silent)], seed: 1)["silent"]);
    }

    [Fact]
    public void OnlyNew_ShopperWhoCameBackToAnItem_IsAskedForTheOthers()
    {
        var interactions = Shop.Of(3, [[new(1, true, 0), new(2, true, 1), new(1, true, 2), new(3, true, 3)]]);
        var holdout = new Holdout([2], [new EvaluationCase(0, [1, 3])], 0);
        Assert.Equal([3], Assert.Single(holdout.OnlyNew(interactions).Cases).Relevant);
        Assert.Empty((holdout with { Cases = [new EvaluationCase(0, [1])] }).OnlyNew(interactions).Cases);
    }

    /// <summary>Scores 1 for one item and 0 for the others; item 0 is none.</summary>
    private sealed class Scores(int items, Func<long[], int> best) : IRecommender
    {
        public int Items => items;

        public int Length => FusionWeightsTests.Length;

        public void Score(ReadOnlySpan<long> histories, Span<float> scores)
        {
            scores.Clear();
            for (var row = 0; row < histories.Length / Length; row++)
                scores[row * (items + 1) + best(histories.Slice(row * Length, Length).ToArray())] = 1;
        }

        public string Export(GraphBuilder graph, string history) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
