using ModelOps.Trainer.Onnx;

namespace ModelOps.Trainer.Trees;

/// <summary>
/// Writes trees as <c>ai.onnx.ml.TreeEnsembleRegressor</c> and the objective's function as ordinary nodes after it, so that the numbers are
/// those of LightGBM: a threshold is the greatest float that is not above LightGBM's double, a set of categories is a chain of equalities that
/// share their left branch (runtimes know that form and test the set at once), and a missing value takes the branch that it takes there.
/// A category has to be a whole number, as encoders give it.
/// </summary>
public static class TreeEnsembleWriter
{
    /// <param name="features">(batch, columns) float; NaN is missing.</param>
    /// <returns>(batch, outputs) float: probabilities, expectations, or sums where the objective has no function of its own.</returns>
    /// <exception cref="TreesException">The objective is not known here.</exception>
    public static string Write(GraphBuilder graph, string features, TreeEnsemble ensemble) => Link(graph, Sums(graph, features, ensemble), ensemble.Objective);

    /// <summary>The sums of leaves alone.</summary>
    /// <returns>(batch, outputs) float.</returns>
    public static string Sums(GraphBuilder graph, string features, TreeEnsemble ensemble)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(ensemble);
        var table = new NodeTable();
        for (var tree = 0; tree < ensemble.Trees.Count; tree++)
            table.AddTree(ensemble.Trees[tree], tree % ensemble.Outputs);
        return graph.MachineLearningNode("TreeEnsembleRegressor", [features], table.Attributes(ensemble.Outputs));
    }

    private static string Link(GraphBuilder graph, string sums, string objective)
    {
        var words = objective.Split(' ');
        return words[0] switch
        {
            "binary" when objective.Contains("sigmoid:1", StringComparison.Ordinal) => graph.Node("Sigmoid", [sums]),
            "cross_entropy" => graph.Node("Sigmoid", [sums]),
            "multiclass" => graph.Node("Softmax", [sums], ("axis", 1L)),
            "poisson" or "gamma" or "tweedie" => graph.Node("Exp", [sums]),
            "regression" or "regression_l1" or "huber" or "fair" or "quantile" or "mape" when !words.Contains("sqrt") => sums,
            "lambdarank" or "rank_xendcg" or "" => sums,
            _ => throw new TreesException($"The objective '{objective}' is not written to ONNX. Use binary with sigmoid=1, multiclass, regression, poisson or lambdarank."),
        };
    }

    /// <summary>The columns of the operator's attributes.</summary>
    private sealed class NodeTable
    {
        private readonly List<long> trees = [], ids = [], columns = [], whenTrue = [], whenFalse = [], missingTrue = [];
        private readonly List<float> values = [];
        private readonly List<string> modes = [];
        private readonly List<long> leafTrees = [], leafNodes = [], leafOutputs = [];
        private readonly List<float> leafWeights = [];
        private long tree = -1, next;

        public void AddTree(TreeNode root, int output)
        {
            (tree, next) = (tree + 1, 0);
            Add(root, output);
        }

        private long Add(TreeNode node, int output) => node switch
        {
            Leaf leaf => AddLeaf(leaf, output),
            NumberSplit split => AddNumber(split, output),
            CategorySplit split => AddCategories(split, output),
            _ => throw new TreesException($"A {node.GetType().Name} cannot be written."),
        };

        private long AddLeaf(Leaf leaf, int output)
        {
            var row = Row("LEAF", 0, 0, false);
            leafTrees.Add(tree);
            leafNodes.Add(ids[row]);
            leafOutputs.Add(output);
            leafWeights.Add((float)leaf.Value);
            return ids[row];
        }

        private long AddNumber(NumberSplit split, int output)
        {
            var missingLeft = split.Missing == MissingValue.Learned ? split.MissingLeft : 0 <= split.Threshold;
            var row = Row("BRANCH_LEQ", split.Column, RoundedDown(split.Threshold), missingLeft);
            (whenTrue[row], whenFalse[row]) = (Add(split.Left, output), Add(split.Right, output));
            return ids[row];
        }

        private long AddCategories(CategorySplit split, int output)
        {
            var chain = split.Categories.Select(category => Row("BRANCH_EQ", split.Column, category, false)).ToList();
            var (left, right) = (Add(split.Left, output), Add(split.Right, output));
            for (var link = 0; link < chain.Count; link++)
                (whenTrue[chain[link]], whenFalse[chain[link]]) = (left, link + 1 < chain.Count ? ids[chain[link + 1]] : right);
            return ids[chain[0]];
        }

        private int Row(string mode, long column, float value, bool missing)
        {
            trees.Add(tree);
            ids.Add(next++);
            columns.Add(column);
            values.Add(value);
            modes.Add(mode);
            whenTrue.Add(0);
            whenFalse.Add(0);
            missingTrue.Add(missing ? 1 : 0);
            return ids.Count - 1;
        }

        public (string, object)[] Attributes(int outputs) =>
        [
            ("n_targets", (long)outputs), ("aggregate_function", "SUM"), ("post_transform", "NONE"),
            ("nodes_treeids", trees.ToArray()), ("nodes_nodeids", ids.ToArray()), ("nodes_featureids", columns.ToArray()), ("nodes_values", values.ToArray()),
            ("nodes_modes", modes.ToArray()), ("nodes_truenodeids", whenTrue.ToArray()), ("nodes_falsenodeids", whenFalse.ToArray()),
            ("nodes_missing_value_tracks_true", missingTrue.ToArray()), ("target_treeids", leafTrees.ToArray()), ("target_nodeids", leafNodes.ToArray()),
            ("target_ids", leafOutputs.ToArray()), ("target_weights", leafWeights.ToArray()),
        ];

        /// <summary>For every float x: x is at most this exactly where it is at most <paramref name="threshold"/>.</summary>
        private static float RoundedDown(double threshold)
        {
            var nearest = (float)threshold;
            return nearest > threshold ? MathF.BitDecrement(nearest) : nearest;
        }
    }
}
