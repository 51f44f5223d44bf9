using ModelOps.Trainer.Onnx;

namespace ModelOps.Trainer.Architectures;

/// <summary>Scores every item as the next one of a history.</summary>
public interface IHistoryScorer : IDisposable
{
    /// <summary>Columns of a history.</summary>
    int Length { get; }

    /// <param name="histories">(rows, <see cref="Length"/>) item indices, oldest to newest, left-padded with 0.</param>
    /// <param name="scores">(rows, items + 1), filled; column 0, the padding's, means nothing.</param>
    void Score(ReadOnlySpan<long> histories, Span<float> scores);
}

/// <summary>
/// A model that can be deployed: a network, counts, or several of them together. All are functions of the same encoded history, so
/// each fits the same package. Scores of different models can be added: a network's are in standard deviations of its row, counted
/// ones are over the best of their row.
/// </summary>
public interface IRecommender : IHistoryScorer
{
    /// <summary>Without the padding.</summary>
    int Items { get; }

    /// <summary>Adds the same computation to a graph.</summary>
    /// <param name="history">(batch, length) int64.</param>
    /// <returns>The name of the scores: (batch, <see cref="Items"/> + 1) float32.</returns>
    string Export(GraphBuilder graph, string history);
}
