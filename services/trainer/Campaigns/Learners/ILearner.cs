using ModelOps.Features.Tables;
using ModelOps.Trainer.Onnx;

namespace ModelOps.Trainer.Campaigns.Learners;

/// <summary>Learns one number of a row: the probability of a response, or an amount.</summary>
public interface ILearner
{
    string Name { get; }

    /// <param name="targets">One a row: 0 or 1 for a probability, any number for an amount.</param>
    /// <param name="weights">What each row counts; null counts all alike.</param>
    ILearned Learn(TableRows rows, float[] targets, float[]? weights, int seed);
}

/// <summary>What was learned, with its graph beside it.</summary>
public interface ILearned
{
    /// <returns>A number a row.</returns>
    double[] Predict(TableRows rows);

    /// <param name="features">(batch, columns), encoded, NaN where missing.</param>
    /// <returns>(batch, 1).</returns>
    string Export(GraphBuilder graph, string features, TableSchema schema);
}
