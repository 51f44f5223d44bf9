using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using ModelOps.Features;
using ModelOps.Features.Retrieval;

namespace ModelOps.Inference.Models;

/// <summary>A package's index, which ranks as its graph does without scoring every item.</summary>
/// <param name="session">Of <c>user.onnx</c>.</param>
/// <param name="length">Of a history.</param>
internal sealed class RankIndex(ItemIndex index, InferenceSession session, int length, FrequencyFusion? fusion) : IDisposable
{
    /// <summary>Of the items: from there on a filter leaves so few that the lists hold little of it, and scoring all is as good.</summary>
    private const double MostForbidden = 0.05;

    private readonly ConcurrentBag<Work> idle = [];

    /// <summary>Null where the package has none.</summary>
    /// <param name="open">Opens a graph.</param>
    /// <exception cref="InvalidDataException">It is there, but not one of this catalogue.</exception>
    public static RankIndex? TryOpen(string folder, FeatureSchema schema, int items, Func<string, InferenceSession> open)
    {
        var (path, user) = (Path.Combine(folder, PackageFiles.Index), Path.Combine(folder, PackageFiles.User));
        if (!File.Exists(path))
            return null;
        if (!File.Exists(user))
            throw new InvalidDataException($"The package has '{PackageFiles.Index}' without '{PackageFiles.User}', which makes the vectors to search it for. Train and register the model again.");
        var index = ItemIndex.Open(path);
        try
        {
            return index.Items == items
                ? new RankIndex(index, open(user), schema.Length, schema.Fusion)
                : throw new InvalidDataException($"'{PackageFiles.Index}' has {index.Items} items, the catalogue {items}. Train and register the model again.");
        }
        catch (OnnxRuntimeException exception)
        {
            index.Dispose();
            throw new InvalidDataException($"'{PackageFiles.User}' cannot be loaded beside '{PackageFiles.Index}': {exception.Message}", exception);
        }
        catch
        {
            index.Dispose();
            throw;
        }
    }

    /// <summary>The first search reads what others share, and shows that the users' graph fits the index.</summary>
    public void WarmUp(int length)
    {
        var history = new long[length];
        history[^1] = 1;
        Compute([new RankCall().Ask(history, [], new Dictionary<int, float>(), new RankedItem[Math.Min(index.Depth, index.Items)])]);
    }

    /// <summary>Whether it can answer as well as it was measured to.</summary>
    public bool Answers(RankCall call) => call.Best.Length <= index.Depth && call.Forbidden.Length <= MostForbidden * index.Items;

    /// <summary>The user among the items.</summary>
    /// <param name="history">(length) item indices.</param>
    public float[] VectorOf(long[] history)
    {
        if (!idle.TryTake(out var work))
            work = new Work(new UserTensors(session, index, length), []);
        try
        {
            work.Tensors.Run([new RankCall().Ask(history, [], new Dictionary<int, float>(), default)]);
            return work.Tensors.VectorOf(0).ToArray();
        }
        finally
        {
            idle.Add(work);
        }
    }

    public void Compute(ReadOnlySpan<RankCall> calls)
    {
        if (!idle.TryTake(out var work))
            work = new Work(new UserTensors(session, index, length), []);
        try
        {
            work.Tensors.Run(calls);
            while (work.Searches.Count < calls.Length)
                work.Searches.Add(new IndexSearch(index));
            var searches = CollectionsMarshal.AsSpan(work.Searches)[..calls.Length];
            for (var row = 0; row < calls.Length; row++)
                searches[row].Begin(work.Tensors.VectorOf(row), calls[row].Forbidden, fusion, calls[row].Own, calls[row].Best.Length);
            IndexSearch.Run(searches);
            for (var row = 0; row < calls.Length; row++)
                calls[row].Found = searches[row].End(calls[row].Best.Span);
        }
        finally
        {
            idle.Add(work); // before anybody hears of the result: the last to hear may free the index
        }
    }

    public void Dispose()
    {
        while (idle.TryTake(out var work))
            work.Tensors.Dispose();
        session.Dispose();
        index.Dispose();
    }

    private sealed record Work(UserTensors Tensors, List<IndexSearch> Searches);
}
