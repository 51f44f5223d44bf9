using System.Threading.Tasks.Sources;

namespace ModelOps.Inference.Batching;

/// <summary>One row on its way through a <see cref="Batcher{TCall}"/>: a link of its queue, and what its caller awaits. It is used again for later rows.</summary>
internal abstract class BatchCall : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> completion = new() { RunContinuationsAsynchronously = true };

    internal BatchCall? Before { get; set; }

    internal BatchCall? After { get; set; }

    internal bool IsWaiting { get; set; }

    /// <summary>When it began to wait, a timestamp.</summary>
    internal long Since { get; set; }

    /// <summary>When it left the queue to be computed, a timestamp.</summary>
    internal long Taken { get; set; }

    /// <summary>When it was computed, a timestamp.</summary>
    internal long Ended { get; set; }

    /// <summary>The last timestamp at which its result is of use.</summary>
    internal long Until { get; set; }

    /// <summary>Makes it ready to be awaited (once more).</summary>
    internal ValueTask Begin()
    {
        completion.Reset();
        return new ValueTask(this, completion.Version);
    }

    internal void Succeed() => completion.SetResult(true);

    internal void Fail(Exception exception) => completion.SetException(exception);

    void IValueTaskSource.GetResult(short token) => completion.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => completion.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        completion.OnCompleted(continuation, state, token, flags);
}
