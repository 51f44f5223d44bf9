using System.Collections.Concurrent;
using Microsoft.ML.OnnxRuntime;
using ModelOps.Inference.Batching;

namespace ModelOps.Inference.Models;

/// <summary>A package's graph in ONNX Runtime, which ranks several shoppers in one call.</summary>
/// <param name="length">Of a history.</param>
/// <param name="takesOwn">Whether the graph takes own counts.</param>
/// <param name="mostItems">The greatest count that the graph can be asked for.</param>
internal sealed class RankGraph(InferenceSession session, int length, bool takesOwn, int mostItems) : IBatchComputation<RankCall>, IDisposable
{
    /// <summary>Cells of <c>forbidden</c> in a batch, about half a megabyte. A filter that forbids most of a large catalogue is computed by itself, not padded onto its neighbours.</summary>
    private const int MaxForbiddenCells = 1 << 16;

    private readonly ConcurrentBag<RankTensors> idle = [];

    public bool Fits(ReadOnlySpan<RankCall> batch, RankCall next)
    {
        var widest = next.Forbidden.Length;
        foreach (var call in batch)
            widest = Math.Max(widest, call.Forbidden.Length);
        return (batch.Length + 1) * widest <= MaxForbiddenCells;
    }

    public void Compute(ReadOnlySpan<RankCall> batch)
    {
        if (!idle.TryTake(out var tensors))
            tensors = new RankTensors(session, length, takesOwn, mostItems);
        try
        {
            tensors.Run(batch);
        }
        finally
        {
            idle.Add(tensors); // before anybody hears of the result: the last to hear may free the graph
        }
    }

    public void Dispose()
    {
        while (idle.TryTake(out var tensors))
            tensors.Dispose();
    }
}
