using System.ComponentModel.DataAnnotations;

namespace ModelOps.Monitor.Verdicts;

/// <summary>The configuration section <c>Verdicts</c>.</summary>
internal sealed class VerdictOptions
{
    /// <summary>Answers of an arm, in a step, before anything good is said of it.</summary>
    [Range(1, 1_000_000)] public long FewestAnswers { get; init; } = 100;

    /// <summary>How long shoppers get to react to an answer before it counts for <c>ctr</c> and <c>cvr</c>.</summary>
    [Range(0, 60 * 24 * 30)] public double ReactionMinutes { get; init; } = 1;
}
