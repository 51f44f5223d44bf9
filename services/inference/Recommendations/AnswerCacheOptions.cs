using System.ComponentModel.DataAnnotations;

namespace ModelOps.Inference.Recommendations;

/// <summary>The configuration section <c>Answers</c>.</summary>
internal sealed class AnswerCacheOptions
{
    /// <summary>An answer of this age, in seconds, is given as it is.</summary>
    [Range(1, 86_400)] public int FreshSeconds { get; init; } = 300;

    /// <summary>An older one, up to this age in seconds, is given too while it is made anew behind the shopper. Not above <see cref="FreshSeconds"/>: never.</summary>
    [Range(0, 86_400)] public int StaleSeconds { get; init; } = 900;

    /// <summary>Answers that are made anew at once; where more are old, the next question begins it.</summary>
    [Range(1, 1000)] public int Renewals { get; init; } = 4;

    /// <summary>Answers that a replica keeps in its own memory.</summary>
    [Range(3, 10_000_000)] public int NearAnswers { get; init; } = 20_000;

    public TimeSpan Fresh => TimeSpan.FromSeconds(FreshSeconds);

    public TimeSpan Lifetime => TimeSpan.FromSeconds(Math.Max(FreshSeconds, StaleSeconds));
}
