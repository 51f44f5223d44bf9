using System.ComponentModel.DataAnnotations;

namespace ModelOps.Monitor.Verdicts;

/// <summary>The configuration section <c>Verdicts</c>.</summary>
internal sealed class VerdictOptions
{
    /// <summary>Answers of the challenger, in a step, before anything good is said of it.</summary>
    [Range(1, 1_000_000)] public long FewestAnswers { get; init; } = 100;
}
