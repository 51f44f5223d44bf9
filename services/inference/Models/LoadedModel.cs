using Microsoft.ML.OnnxRuntime;
using ModelOps.Contracts;
using ModelOps.Features;
using ModelOps.Inference.Batching;
using ModelOps.Inference.OpenInference;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace ModelOps.Inference.Models;

/// <summary>A version in memory, of any kind: its graph's tensors can be asked by name.</summary>
internal abstract class LoadedModel : IDisposable
{
    private readonly InferenceSession? session;
    private readonly TensorGraph? tensors;
    private readonly Batcher<TensorCall>? calls;
    private int leases = 1;

    /// <summary>A kind that answers without a graph.</summary>
    protected LoadedModel(StoreId store, string name, int version) => (Store, Name, Version) = (store, name, version);

    /// <param name="signature">What the package says of its graph; null takes it from the graph.</param>
    protected LoadedModel(StoreId store, string name, int version, InferenceSession session, ModelSignature? signature, BatchingHost batching)
    {
        (Store, Name, Version, this.session) = (store, name, version, session);
        tensors = new TensorGraph(session, signature ?? GraphSignature.Of(session));
        calls = batching.Of(tensors, store, name, version);
    }

    public StoreId Store { get; }

    public string Name { get; }

    public int Version { get; }

    /// <summary>False for a kind that cannot be asked by tensors.</summary>
    public bool HasGraph => tensors is not null;

    public TensorGraph Tensors => tensors ?? throw NoGraph();

    public Batcher<TensorCall> Calls => calls ?? throw NoGraph();

    private InvalidOperationException NoGraph() => new($"'{Name}' version {Version} has no graph.");

    /// <summary>One thread a call and many calls at once give the best throughput.</summary>
    protected static InferenceSession Open(string path)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, ExecutionMode = ExecutionMode.ORT_SEQUENTIAL };
        return new InferenceSession(path, options);
    }

    /// <summary>Keeps the model loaded while a call uses it; false when it is already going.</summary>
    public bool TryUse()
    {
        for (var current = Volatile.Read(ref leases); current > 0; current = Volatile.Read(ref leases))
        {
            if (Interlocked.CompareExchange(ref leases, current + 1, current) == current)
                return true;
        }
        return false;
    }

    /// <summary>Ends a use. The last one after <see cref="Dispose"/> frees the session.</summary>
    public void EndUse()
    {
        if (Interlocked.Decrement(ref leases) > 0)
            return;
        Free();
        tensors?.Dispose();
        session?.Dispose();
    }

    /// <summary>Lets go of what the kind of model adds.</summary>
    protected virtual void Free()
    {
    }

    public void Dispose() => EndUse();
}
