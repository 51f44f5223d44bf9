using ModelOps.Features.Tables;
using ModelOps.Trainer.Campaigns.Learners;
using ModelOps.Trainer.Onnx;

namespace ModelOps.Trainer.Profiles;

/// <summary>Straightens probabilities in their log-odds (Platt, 1999), by what came true on snapshots later than those that were learned from.</summary>
/// <param name="Slope">1 and a shift of 0 leave a probability as it is.</param>
public sealed record Calibration(double Slope, double Shift)
{
    private const double Least = 1e-6;
    private const int FewRows = 200;

    public static Calibration None { get; } = new(1, 0);

    /// <returns><see cref="None"/> where there are too few rows, or of one kind alone.</returns>
    public static Calibration Fit(IReadOnlyList<double> probabilities, float[] labels)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        if (probabilities.Count < FewRows || !labels.Contains(0f) || !labels.Contains(1f))
            return None;
        var found = LogisticLearner.Newton(1, labels.Length, (row, design) => design[0] = LogOdds(probabilities[row]), [1e-3], labels, null);
        return found[0] > 0 ? new Calibration(found[0], found[1]) : None;
    }

    public double Of(double probability) => Linear.Sigmoid(Slope * LogOdds(probability) + Shift);

    public ILearned Over(ILearned learned) => new Calibrated(learned, this);

    private static double LogOdds(double probability)
    {
        probability = Math.Clamp(probability, Least, 1 - Least);
        return Math.Log(probability / (1 - probability));
    }

    private sealed class Calibrated(ILearned inner, Calibration calibration) : ILearned
    {
        public double[] Predict(TableRows rows) => Array.ConvertAll(inner.Predict(rows), calibration.Of);

        public string Export(GraphBuilder graph, string features, TableSchema schema)
        {
            var name = graph.Fresh("calibration");
            var probability = graph.Node("Clip", [inner.Export(graph, features, schema), graph.Constant($"{name}.least", (float)Least), graph.Constant($"{name}.most", (float)(1 - Least))]);
            var odds = graph.Node("Log", [graph.Node("Div", [probability, graph.Node("Sub", [graph.Constant($"{name}.one", 1f), probability])])]);
            return graph.Node("Sigmoid", [graph.Node("Add", [graph.Node("Mul", [odds, graph.Constant($"{name}.slope", (float)calibration.Slope)]), graph.Constant($"{name}.shift", (float)calibration.Shift)])]);
        }
    }
}
