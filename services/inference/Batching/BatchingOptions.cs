using System.ComponentModel.DataAnnotations;

namespace ModelOps.Inference.Batching;

/// <summary>The configuration section <c>Batching</c>; each loaded version has a queue of its own.</summary>
internal sealed class BatchingOptions
{
    /// <summary>Rows of one call of ONNX Runtime. 1 computes every call by itself.</summary>
    [Range(1, 1024)] public int MaxBatch { get; init; } = 32;

    /// <summary>
    /// How long calls that came while others were computed wait for company, in microseconds, since the first of them came; the timer's
    /// steps are a millisecond. A call that finds nothing being computed never waits.
    /// </summary>
    [Range(0, 1_000_000)] public int MaxWaitMicroseconds { get; init; }

    /// <summary>Calls that wait; one more is refused (429).</summary>
    [Range(1, 1_000_000)] public int MaxQueue { get; init; } = 1000;

    /// <summary>
    /// Questions that are being answered at once, whatever they wait for; one more is refused before it is read (429). Sixteen full batches by
    /// default: more only wait longer.
    /// </summary>
    [Range(1, 1_000_000)] public int MaxInFlight { get; init; } = 512;

    /// <summary>Batches of one version that are computed at once, each by one thread. Half the processors: the other half reads requests and writes answers.</summary>
    [Range(1, 1024)] public int Instances { get; init; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>What an answer may take where the request does not say, in milliseconds. Long, as whoever does not say so would rather wait for the first answer of a cold server than have none.</summary>
    [Range(1, 3_600_000)] public int DefaultDeadlineMilliseconds { get; init; } = 10_000;

    public TimeSpan MaxWait => TimeSpan.FromMicroseconds(MaxWaitMicroseconds);

    public TimeSpan DefaultDeadline => TimeSpan.FromMilliseconds(DefaultDeadlineMilliseconds);
}
