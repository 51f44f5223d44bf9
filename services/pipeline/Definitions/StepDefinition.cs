using System.ComponentModel;
using ModelOps.ServiceDefaults;

namespace ModelOps.Pipeline.Definitions;

/// <summary>The patience with one step.</summary>
internal sealed record StepDefinition
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(45);

    /// <summary>How long the step may take, its retries and crashes included; null: as long as it takes.</summary>
    [Description("How long the step may take, its retries included, as in 30m, 12h, 14d; without it as long as it takes.")]
    public TimeSpan? Timeout { get; init; }

    /// <summary>How often the step is tried again after a failure that may pass, such as a service that is away.</summary>
    [Description("How often the step is tried again after a failure that may pass, such as a service that is away.")]
    public int Retries { get; init; } = 20;

    public IEnumerable<DefinitionFault> Validate(string path)
    {
        if (Timeout is { } timeout && (timeout <= TimeSpan.Zero || timeout > Longest))
            yield return new($"{path}.timeout", $"{path}.timeout is {LengthOfTime.Rounded(timeout)}; it is longer than 0 and at most {LengthOfTime.Rounded(Longest)}.");
        if (Retries is < 0 or > 1000)
            yield return new($"{path}.retries", $"{path}.retries is {Retries}; it is 0 to 1000.");
    }
}
