using ModelOps.Trainer.Campaigns.Learners;
using ModelOps.Trainer.Trees;

namespace ModelOps.Trainer.Campaigns.Responses;

/// <summary>The learners of a response that a training may choose from, by the name that a request gives.</summary>
public static class ResponseLearners
{
    public const string Logistic = "logistic", Trees = "trees", DeepAndCross = "deep-and-cross", Mean = "mean";

    /// <summary>In the order in which equals are preferred: the simplest first.</summary>
    public static IReadOnlyList<string> All { get; } = [Logistic, Trees, DeepAndCross, Mean];

    /// <exception cref="ArgumentException">There is no such learner.</exception>
    public static ILearner Of(string name) => name switch
    {
        Logistic => new LogisticLearner(3),
        Trees => new MeanLearner([Small, Large]),
        DeepAndCross => new MeanLearner([new CrossLearner(), new CrossLearner()]),
        Mean => new MeanLearner([Of(Logistic), Small, Large, Of(DeepAndCross)]),
        _ => throw new ArgumentException($"'{name}' is no learner of a response. They are: {string.Join(", ", All)}.", nameof(name)),
    };

    private static TreesLearner Small { get; } =
        new(new BoosterOptions { Rounds = 150, Leaves = 4, LearningRate = .05, RowsInLeaf = 50, ColumnShare = .5, RowShare = .8, Ridge = 1 }, asCategories: false);

    private static TreesLearner Large { get; } =
        new(new BoosterOptions { Rounds = 150, Leaves = 16, LearningRate = .03, ColumnShare = .8, RowShare = .8, Ridge = 1 });
}
