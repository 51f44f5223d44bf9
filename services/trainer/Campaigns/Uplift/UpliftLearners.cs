using ModelOps.Trainer.Campaigns.Learners;
using ModelOps.Trainer.Trees;

namespace ModelOps.Trainer.Campaigns.Uplift;

/// <summary>The uplift learners that a training may choose from, by the name that a request gives.</summary>
public static class UpliftLearners
{
    public const string TwoModels = "two-models", SLearner = "s-learner", XLearner = "x-learner", DrLearner = "dr-learner", DrTrees = "dr-trees";

    /// <summary>In the order in which equals are preferred: the simplest first.</summary>
    public static IReadOnlyList<string> All { get; } = [TwoModels, SLearner, XLearner, DrLearner, DrTrees];

    /// <param name="isRate">The outcome is 0 or 1; else an amount.</param>
    public static IUpliftLearner Of(string name, bool isRate)
    {
        ILearner outcome = isRate ? new LogisticLearner(30) : new RidgeLearner(30);
        return name switch
        {
            TwoModels => new TwoModels(isRate ? new LogisticLearner(1) : new RidgeLearner(1)),
            SLearner => isRate ? new InteractionLogistic() : new TwoModels(new RidgeLearner(100)),
            XLearner => new XLearner(outcome, new RidgeLearner(30)),
            DrLearner => new DrLearner(outcome, new RidgeLearner(300)),
            DrTrees => new DrLearner(outcome, new TreesLearner(Stumps)),
            _ => throw new ArgumentException($"'{name}' is no uplift learner. They are: {string.Join(", ", All)}.", nameof(name)),
        };
    }

    /// <summary>One split a tree: effects add up over columns and bend where the data bends. Effects are small beside the noise, so leaves are large.</summary>
    private static BoosterOptions Stumps { get; } =
        new() { Objective = "regression", Rounds = 150, LearningRate = 0.03, Leaves = 2, RowsInLeaf = 500, ColumnShare = 0.5, RowShare = 0.5 };
}
