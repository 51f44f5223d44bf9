using System.Globalization;
using System.Text.Json;

namespace ModelOps.Trainer.Trees;

/// <summary>What a node does with a missing value.</summary>
public enum MissingValue
{
    /// <summary>The column had none in training: counts as 0.</summary>
    AsZero,

    /// <summary>Takes the branch that training found better.</summary>
    Learned,
}

/// <summary>A leaf or a split.</summary>
public abstract record TreeNode
{
    /// <returns>The value of the leaf that the row falls into.</returns>
    /// <param name="row">NaN is missing.</param>
    public double Of(ReadOnlySpan<float> row)
    {
        var node = this;
        while (node is not Leaf)
            node = node is NumberSplit number ? number.Next(row[number.Column]) : ((CategorySplit)node).Next(row[((CategorySplit)node).Column]);
        return ((Leaf)node).Value;
    }
}

/// <param name="Value">Added to the sum.</param>
public sealed record Leaf(double Value) : TreeNode;

/// <summary>A number at most the threshold goes left.</summary>
/// <param name="MissingLeft">Where a missing value goes, if <paramref name="Missing"/> is learned.</param>
public sealed record NumberSplit(int Column, double Threshold, MissingValue Missing, bool MissingLeft, TreeNode Left, TreeNode Right) : TreeNode
{
    internal TreeNode Next(float value) => float.IsNaN(value)
        ? (Missing == MissingValue.Learned ? MissingLeft : Threshold >= 0) ? Left : Right
        : value <= Threshold ? Left : Right;
}

/// <summary>A category of the set goes left; all others, missing ones too, go right.</summary>
public sealed record CategorySplit(int Column, IReadOnlyList<int> Categories, TreeNode Left, TreeNode Right) : TreeNode
{
    internal TreeNode Next(float value) => Categories.Contains((int)value) && !float.IsNaN(value) ? Left : Right;
}

/// <summary>Boosted trees as LightGBM dumps them.</summary>
/// <param name="Objective">In LightGBM's words, such as <c>binary sigmoid:1</c>.</param>
/// <param name="Outputs">Trees take turns: the n-th adds to output n mod outputs.</param>
public sealed record TreeEnsemble(string Objective, int Columns, int Outputs, IReadOnlyList<TreeNode> Trees)
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 4096 };

    /// <param name="dump">JSON of <c>LGBM_BoosterDumpModel</c>.</param>
    /// <exception cref="TreesException">It says something that is not understood here.</exception>
    public static TreeEnsemble Read(string dump)
    {
        using var document = JsonDocument.Parse(dump, Deep);
        var model = document.RootElement;
        if (model.TryGetProperty("average_output", out var average) && average.ValueKind == JsonValueKind.True)
            throw new TreesException("A random forest averages its trees, which is not written. Train with boosting=gbdt.");
        var trees = model.GetProperty("tree_info").EnumerateArray().Select(tree => Node(tree.GetProperty("tree_structure"))).ToList();
        return new TreeEnsemble(
            model.TryGetProperty("objective", out var objective) ? objective.GetString()! : "", model.GetProperty("max_feature_idx").GetInt32() + 1,
            model.GetProperty("num_tree_per_iteration").GetInt32(), trees);
    }

    /// <returns>The one output of an ensemble of one: a probability, an expectation, or the sum of leaves where the objective has no function of its own.</returns>
    public double Predict(ReadOnlySpan<float> row)
    {
        var sum = 0.0;
        foreach (var tree in Trees)
            sum += tree.Of(row);
        return Objective.Split(' ')[0] switch
        {
            "binary" or "cross_entropy" => 1 / (1 + Math.Exp(-sum)),
            "poisson" or "gamma" or "tweedie" => Math.Exp(sum),
            _ => sum,
        };
    }

    private static TreeNode Node(JsonElement node)
    {
        if (!node.TryGetProperty("split_feature", out var column))
        {
            return node.TryGetProperty("leaf_const", out _)
                ? throw new TreesException("Linear models in leaves are not written. Train with linear_tree=false.")
                : new Leaf(node.GetProperty("leaf_value").GetDouble());
        }
        var (left, right) = (Node(node.GetProperty("left_child")), Node(node.GetProperty("right_child")));
        var threshold = node.GetProperty("threshold");
        if (node.GetProperty("decision_type").GetString() == "==")
        {
            var categories = threshold.ValueKind == JsonValueKind.Number ? [threshold.GetInt32()] : threshold.GetString()!.Split("||").Select(text => int.Parse(text, CultureInfo.InvariantCulture)).ToArray();
            return new CategorySplit(column.GetInt32(), categories, left, right);
        }
        var missing = node.GetProperty("missing_type").GetString() switch
        {
            "None" => MissingValue.AsZero,
            "NaN" => MissingValue.Learned,
            var other => throw new TreesException($"Missing values as '{other}' are not written. Train with zero_as_missing=false."),
        };
        return new NumberSplit(column.GetInt32(), threshold.GetDouble(), missing, node.GetProperty("default_left").GetBoolean(), left, right);
    }
}
