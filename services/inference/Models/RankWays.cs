using ModelOps.Inference.Batching;

namespace ModelOps.Inference.Models;

/// <summary>Ranks by the package's index what that can answer, and by its graph what it cannot.</summary>
internal sealed class RankWays(RankGraph graph, RankIndex? index, BatchMetrics metrics, KeyValuePair<string, object?>[] tags) : IBatchComputation<RankCall>, IDisposable
{
    private readonly KeyValuePair<string, object?>[] byIndex = [.. tags, new("way", "index")], byGraph = [.. tags, new("way", "graph")];

    public bool Fits(ReadOnlySpan<RankCall> batch, RankCall next) => graph.Fits(batch, next);

    public void Compute(ReadOnlySpan<RankCall> batch)
    {
        if (index is null)
        {
            graph.Compute(batch);
            metrics.Ranked.Add(batch.Length, byGraph);
            return;
        }
        var (near, all) = (new List<RankCall>(batch.Length), new List<RankCall>());
        foreach (var call in batch)
            (index.Answers(call) ? near : all).Add(call);
        if (near.Count > 0)
            index.Compute([.. near]);
        if (all.Count > 0)
            graph.Compute([.. all]);
        metrics.Ranked.Add(near.Count, byIndex);
        metrics.Ranked.Add(all.Count, byGraph);
    }

    public void Dispose()
    {
        graph.Dispose();
        index?.Dispose();
    }
}
