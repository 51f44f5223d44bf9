namespace ModelOps.Inference.Batching;

/// <summary>Until when the answer to the present request is of use. It goes with the request through whatever answers it.</summary>
/// <param name="At">A timestamp of the service's <see cref="TimeProvider"/>.</param>
internal sealed record Deadline(long At)
{
    private static readonly AsyncLocal<Deadline?> Present = new();

    /// <summary>Null outside a request, as for a shadow: it waits its turn.</summary>
    public static Deadline? Current
    {
        get => Present.Value;
        set => Present.Value = value;
    }

    public bool HasPassed(TimeProvider provider) => provider.GetTimestamp() > At;

    public static Deadline In(TimeSpan time, TimeProvider provider) => new(provider.GetTimestamp() + (long)(time.TotalSeconds * provider.TimestampFrequency));
}
