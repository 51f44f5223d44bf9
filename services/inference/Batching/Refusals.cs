namespace ModelOps.Inference.Batching;

/// <summary>Says nothing about the version that was asked: it was not asked, because there is too much to do.</summary>
internal abstract class NotComputedException(string message) : Exception(message);

/// <summary>The call would come too late, or the queue is full (429).</summary>
/// <param name="retryAfter">When the queue will probably have been worked off.</param>
internal sealed class OverloadedException(string message, TimeSpan retryAfter) : NotComputedException(message)
{
    /// <summary>Whole seconds, at least one.</summary>
    public int RetryAfterSeconds => Math.Max(1, (int)Math.Ceiling(retryAfter.TotalSeconds));
}

/// <summary>The caller's deadline has passed (504).</summary>
internal sealed class DeadlinePassedException() : NotComputedException("The deadline of the request has passed before the model could answer.");
