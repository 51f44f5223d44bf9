using System.Globalization;

namespace ModelOps.Trainer.Trees;

/// <summary>How trees grow. Names and defaults are LightGBM's, where it does not say otherwise (https://lightgbm.readthedocs.io/en/latest/Parameters.html).</summary>
public sealed record BoosterOptions
{
    /// <summary>binary, regression, multiclass, lambdarank, poisson …</summary>
    public string Objective { get; init; } = "binary";

    /// <summary>What early stopping watches; empty: the objective's own.</summary>
    public string Metric { get; init; } = "";

    /// <summary>Classes, for multiclass alone.</summary>
    public int Classes { get; init; } = 1;

    /// <summary>At most so many rounds of boosting; a tree each, or one a class.</summary>
    public int Rounds { get; init; } = 500;

    /// <summary>Ends after so many rounds without a better metric on the validation rows; 0 never.</summary>
    public int EarlyStopping { get; init; } = 50;

    public double LearningRate { get; init; } = 0.05;
    public int Leaves { get; init; } = 31;

    /// <summary>0 is no limit.</summary>
    public int Depth { get; init; }

    public int RowsInLeaf { get; init; } = 20;

    /// <summary>Share of the rows a tree sees.</summary>
    public double RowShare { get; init; } = 1;

    /// <summary>Share of the columns a tree sees.</summary>
    public double ColumnShare { get; init; } = 1;

    public double Ridge { get; init; }
    public int Seed { get; init; } = 1;

    /// <summary>Threads wait for each other at every split: more than one pays from some hundred thousand rows on, and only where processors are free.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Further parameters by LightGBM's names.</summary>
    public IReadOnlyDictionary<string, string> More { get; init; } = new Dictionary<string, string>();

    internal string Text(IReadOnlyList<int> categorical)
    {
        List<string> parameters =
        [
            $"objective={Objective}", $"num_class={Classes}", Invariant($"learning_rate={LearningRate}"), $"num_leaves={Leaves}",
            $"max_depth={(Depth > 0 ? Depth : -1)}", $"min_data_in_leaf={RowsInLeaf}", Invariant($"bagging_fraction={RowShare}"),
            $"bagging_freq={(RowShare < 1 ? 1 : 0)}", Invariant($"feature_fraction={ColumnShare}"), Invariant($"lambda_l2={Ridge}"),
            $"seed={Seed}", "deterministic=true", "force_row_wise=true", "verbosity=-1", $"num_threads={Threads}",
        ];
        if (Metric.Length > 0)
            parameters.Add($"metric={Metric}");
        if (categorical.Count > 0)
            parameters.Add($"categorical_feature={string.Join(',', categorical)}");
        return string.Join(' ', parameters.Concat(More.Select(pair => $"{pair.Key}={pair.Value}")));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
