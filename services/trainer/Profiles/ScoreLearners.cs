using ModelOps.Trainer.Campaigns.Learners;
using ModelOps.Trainer.Trees;

namespace ModelOps.Trainer.Profiles;

/// <summary>What may learn a score, by name.</summary>
public static class ScoreLearners
{
    public const string Logistic = "logistic", Trees = "trees", Mean = "mean";

    public static IReadOnlyList<string> All { get; } = [Logistic, Trees, Mean];

    /// <summary>Logistic regression on recency, orders and spend: what a shop has without any of this.</summary>
    public static ILearner Rfm => new LogisticLearner();

    public static ILearner Of(string name) => name switch
    {
        Logistic => new LogisticLearner(3),
        Trees => Small,
        Mean => new MeanLearner([new LogisticLearner(3), Small]),
        _ => throw new ArgumentException($"There is no learner '{name}'. They are: {string.Join(", ", All)}.", nameof(name)),
    };

    private static TreesLearner Small => new(new BoosterOptions { Rounds = 150, Leaves = 8, LearningRate = .05, RowsInLeaf = 50, ColumnShare = .5, RowShare = .8, Ridge = 1 });
}
