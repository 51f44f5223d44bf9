namespace ModelOps.Inference.Batching;

/// <summary>What computes a batch: a loaded version's graph.</summary>
internal interface IBatchComputation<TCall> where TCall : BatchCall
{
    /// <summary>Whether a call can be computed together with those that came before it.</summary>
    bool Fits(ReadOnlySpan<TCall> batch, TCall next);

    /// <summary>Computes the calls and writes each one's result into it. Several batches may be computed at once.</summary>
    void Compute(ReadOnlySpan<TCall> batch);
}
