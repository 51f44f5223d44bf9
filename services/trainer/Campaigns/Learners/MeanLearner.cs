using ModelOps.Features.Tables;
using ModelOps.Trainer.Onnx;

namespace ModelOps.Trainer.Campaigns.Learners;

/// <summary>Several learners of a probability; the mean of their log-odds. Kinds of models err differently, so the mean errs less than each.</summary>
public sealed class MeanLearner(IReadOnlyList<ILearner> learners) : ILearner
{
    private const double Least = 1e-6;

    public string Name => $"mean of {string.Join(", ", learners.Select(learner => learner.Name).Distinct())}";

    public ILearned Learn(TableRows rows, float[] targets, float[]? weights, int seed) =>
        new Learned([.. learners.Select((learner, i) => learner.Learn(rows, targets, weights, seed + i))]);

    private sealed class Learned(IReadOnlyList<ILearned> parts) : ILearned
    {
        public double[] Predict(TableRows rows)
        {
            var sums = new double[rows.Count];
            foreach (var part in parts)
            {
                var probabilities = part.Predict(rows);
                for (var row = 0; row < sums.Length; row++)
                {
                    var probability = Math.Clamp(probabilities[row], Least, 1 - Least);
                    sums[row] += Math.Log(probability / (1 - probability));
                }
            }
            return Array.ConvertAll(sums, sum => Linear.Sigmoid(sum / parts.Count));
        }

        public string Export(GraphBuilder graph, string features, TableSchema schema)
        {
            var (least, most, one) = (graph.Constant("mean.least", (float)Least), graph.Constant("mean.most", (float)(1 - Least)), graph.Constant("mean.one", 1f));
            var odds = parts.Select(part =>
            {
                var probability = graph.Node("Clip", [part.Export(graph, features, schema), least, most]);
                return graph.Node("Log", [graph.Node("Div", [probability, graph.Node("Sub", [one, probability])])]);
            }).ToList();
            return graph.Node("Sigmoid", [graph.Node("Mean", odds)]);
        }
    }
}
