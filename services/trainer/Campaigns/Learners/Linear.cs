using ModelOps.Features.Tables;
using ModelOps.Trainer.Onnx;

namespace ModelOps.Trainer.Campaigns.Learners;

/// <summary>A weight for each design column, and a constant.</summary>
/// <param name="Weights">The constant comes last.</param>
/// <param name="IsLogistic">The sum goes through the logistic function.</param>
public sealed record Linear(double[] Weights, bool IsLogistic) : ILearned
{
    public double[] Predict(TableRows rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var results = new double[rows.Count];
        for (var row = 0; row < results.Length; row++)
            results[row] = Of(rows.Design.AsSpan(row * rows.Width, rows.Width));
        return results;
    }

    public string Export(GraphBuilder graph, string features, TableSchema schema)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var design = DesignGraph.Expand(graph, features, schema);
        var name = graph.Fresh("linear");
        var sums = graph.Node("Add", [
            graph.Node("MatMul", [design, graph.Constant($"{name}.weights", [.. Weights[..^1].Select(weight => (float)weight)], Weights.Length - 1, 1)]),
            graph.Constant($"{name}.constant", (float)Weights[^1])]);
        return IsLogistic ? graph.Node("Sigmoid", [sums]) : sums;
    }

    /// <summary>1 / (1 + e⁻ˣ).</summary>
    public static double Sigmoid(double sum) => 1 / (1 + Math.Exp(-sum));

    private double Of(ReadOnlySpan<float> design)
    {
        var sum = Weights[^1];
        for (var i = 0; i < design.Length; i++)
            sum += Weights[i] * design[i];
        return IsLogistic ? Sigmoid(sum) : sum;
    }
}
