using System.ComponentModel.DataAnnotations;

namespace ModelOps.Monitor.Verdicts;

/// <summary>The configuration section <c>Verdicts</c>.</summary>
internal sealed class VerdictOptions
{
    /// <summary>Answers of an arm, in a step, before anything good is said of it.</summary>
    [Range(1, 1_000_000)] public long FewestAnswers { get; init; } = 100;

    /// <summary>How long shoppers get to react to an answer before it counts for <c>ctr</c> and <c>cvr</c>.</summary>
    [Range(0, 60 * 24 * 30)] public double ReactionMinutes { get; init; } = 1;

    /// <summary>
    /// A canary's last step ends with a promotion only once the loss of this share of the champion's click rate is ruled out. 1 asks for nothing.
    /// </summary>
    [Range(.01, 1)] public double LossRuledOut { get; init; } = .2;
}
