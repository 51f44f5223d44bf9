namespace ModelOps.Inference.Batching;

/// <summary>What the present answer waited for its batches, and how long those were computed. It goes with the call through whatever answers it.</summary>
internal sealed class StageTimes
{
    private static readonly AsyncLocal<StageTimes?> Present = new();

    /// <summary>Null where nobody asks.</summary>
    public static StageTimes? Current => Present.Value;

    /// <summary>Null while nothing was computed.</summary>
    public TimeSpan? Queue { get; private set; }

    public TimeSpan? Compute { get; private set; }

    public static StageTimes Begin() => Present.Value = new StageTimes();

    public void Add(TimeSpan queue, TimeSpan compute) => (Queue, Compute) = ((Queue ?? TimeSpan.Zero) + queue, (Compute ?? TimeSpan.Zero) + compute);
}
