namespace ModelOps.Pipeline.Steps;

internal static class Polling
{
    /// <summary>How often a step looks at the work of another service.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromMilliseconds(500);
}
