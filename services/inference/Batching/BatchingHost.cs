using ModelOps.Contracts;

namespace ModelOps.Inference.Batching;

/// <summary>What every loaded version's batcher shares.</summary>
internal sealed record BatchingHost(BatchingOptions Options, BatchMetrics Metrics, TimeProvider Time)
{
    public Batcher<TCall> Of<TCall>(IBatchComputation<TCall> computation, StoreId store, string model, int version) where TCall : BatchCall =>
        new(computation, this, TagsOf(store, model, version));

    public static KeyValuePair<string, object?>[] TagsOf(StoreId store, string model, int version) => [new("store", store.Value), new("model", model), new("version", version)];
}
