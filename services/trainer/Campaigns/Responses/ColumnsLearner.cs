using ModelOps.Features.Tables;
using ModelOps.Trainer.Campaigns.Learners;
using ModelOps.Trainer.Onnx;

namespace ModelOps.Trainer.Campaigns.Responses;

/// <summary>Lets another learner see these columns alone.</summary>
public sealed class ColumnsLearner(ILearner learner, IReadOnlyList<int> columns) : ILearner
{
    public string Name => learner.Name;

    public ILearned Learn(TableRows rows, float[] targets, float[]? weights, int seed)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return new Learned(learner.Learn(rows.Narrowed(columns), targets, weights, seed), columns);
    }

    private sealed class Learned(ILearned learned, IReadOnlyList<int> columns) : ILearned
    {
        public double[] Predict(TableRows rows) => learned.Predict(rows.Narrowed(columns));

        public string Export(GraphBuilder graph, string features, TableSchema schema) =>
            learned.Export(graph, DesignGraph.Narrow(graph, features, columns), schema.Narrowed(columns));
    }
}
