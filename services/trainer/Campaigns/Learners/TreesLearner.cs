using ModelOps.Features.Tables;
using ModelOps.Trainer.Onnx;
using ModelOps.Trainer.Trees;

namespace ModelOps.Trainer.Campaigns.Learners;

/// <summary>Boosted trees, a fixed number of them: validation chooses it, not the rows they learn from.</summary>
/// <param name="asCategories">LightGBM's own way with categories; otherwise they are numbers in the order of their frequency.</param>
public sealed class TreesLearner(BoosterOptions options, bool asCategories = true) : ILearner
{
    public string Name => $"trees ({options.Objective})";

    public ILearned Learn(TableRows rows, float[] targets, float[]? weights, int seed)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var table = new TreeRows(rows.Values, rows.Columns, targets) { Weights = weights, Categorical = asCategories ? rows.Schema.Categorical : [] };
        using var booster = Booster.Train(table, null, options with { Seed = seed, EarlyStopping = 0 });
        return new Learned(booster.Trees());
    }

    private sealed class Learned(TreeEnsemble ensemble) : ILearned
    {
        public double[] Predict(TableRows rows)
        {
            var results = new double[rows.Count];
            Parallel.For(0, results.Length, row => results[row] = ensemble.Predict(rows.Row(row)));
            return results;
        }

        public string Export(GraphBuilder graph, string features, TableSchema schema) => TreeEnsembleWriter.Write(graph, features, ensemble);
    }
}
