using System.Text.Json.Serialization;
using ModelOps.Contracts.Quality;

namespace ModelOps.Contracts.Deployments;

/// <summary>A version on its way before shoppers, beside the one that is there.</summary>
/// <param name="Champion">Where the alias stood when the rollout began.</param>
/// <param name="Arms">Who sees which version now.</param>
/// <param name="Steps">Percentages of the challenger, one after the other; empty for a test that ends when somebody ends it.</param>
/// <param name="Step">Index of the present one.</param>
/// <param name="BakeMinutes">How long each step lasts at least.</param>
/// <param name="Guards">What must hold for the next step.</param>
public sealed record Rollout(
    Guid Id,
    string Model,
    string Alias,
    RolloutKind Kind,
    RolloutState State,
    int Champion,
    IReadOnlyList<Arm> Arms,
    IReadOnlyList<double> Steps,
    int Step,
    double BakeMinutes,
    IReadOnlyList<Guard> Guards,
    DateTimeOffset StartedAt,
    DateTimeOffset StepAt,
    DateTimeOffset? EndedAt,
    string By,
    string Reason)
{
    /// <summary>Of the present step: what happened meanwhile is left out of its time and of what is seen, and the step goes on after them.</summary>
    public IReadOnlyList<Pause> Pauses { get; init; } = [];

    /// <summary>How long the step has lasted, without its pauses.</summary>
    public TimeSpan StepTime(DateTimeOffset now) => now - StepAt - Pauses.Aggregate(TimeSpan.Zero, (sum, pause) => sum + ((pause.Until ?? now) - pause.From));

    /// <summary>The arm that the others are held against.</summary>
    [JsonIgnore]
    public Arm Baseline => BaselineOf(Arms, Champion);

    /// <summary>The arms that are tried.</summary>
    [JsonIgnore]
    public IEnumerable<Arm> Trials => Arms.Where(arm => arm != Baseline);

    public static Arm BaselineOf(IReadOnlyList<Arm> arms, int champion) => arms.FirstOrDefault(arm => arm.Version == champion) ?? arms[0];
}

/// <summary>A time in which a rollout was paused.</summary>
/// <param name="Until">Null while it is.</param>
public sealed record Pause(DateTimeOffset From, DateTimeOffset? Until)
{
    /// <summary>Whether some of the minute that begins at <paramref name="minute"/> belongs to it.</summary>
    public bool Touches(DateTimeOffset minute) => minute.AddMinutes(1) > From && (Until is null || minute < Until);
}

[JsonConverter(typeof(JsonStringEnumConverter<RolloutKind>))]
public enum RolloutKind
{
    /// <summary>The challenger's answers are computed and compared, never shown.</summary>
    [JsonStringEnumMemberName("shadow")] Shadow,

    /// <summary>The challenger's share grows step by step while its guards hold, then it is champion.</summary>
    [JsonStringEnumMemberName("canary")] Canary,

    /// <summary>Several versions side by side with fixed shares, until somebody promotes one.</summary>
    [JsonStringEnumMemberName("ab")] Ab,
}

[JsonConverter(typeof(JsonStringEnumConverter<RolloutState>))]
public enum RolloutState
{
    [JsonStringEnumMemberName("running")] Running,

    /// <summary>The split stays as it is; no step is taken.</summary>
    [JsonStringEnumMemberName("paused")] Paused,

    [JsonStringEnumMemberName("promoted")] Promoted,

    [JsonStringEnumMemberName("aborted")] Aborted,

    /// <summary>At its end without a promotion, as a shadow is.</summary>
    [JsonStringEnumMemberName("completed")] Completed,
}

/// <summary>A version and the percentage of shoppers that see it. The same shopper sees the same arm for the whole rollout.</summary>
/// <param name="Name">In the answer, the metrics and the trace.</param>
/// <param name="IsShadow">Asked for that percentage of answers, but not shown.</param>
public sealed record Arm(string Name, int Version, double Percent, bool IsShadow = false)
{
    public const string Champion = "champion";

    public const string Challenger = "challenger";

    /// <summary>The challenger while it is not shown.</summary>
    public const string Shadow = "shadow";
}

/// <summary>A condition on the answers of each arm that is tried, since the step began.</summary>
/// <param name="Metric">One of <see cref="GuardMetric"/>.</param>
/// <param name="AtMostTimes">Relative to the baseline's in the same time.</param>
public sealed record Guard(string Metric, double? AtLeast = null, double? AtMost = null, double? AtLeastTimes = null, double? AtMostTimes = null);

/// <summary>What a guard can watch.</summary>
public static class GuardMetric
{
    /// <summary>Share of answers that the version failed to give.</summary>
    public const string ErrorRate = "error_rate";

    /// <summary>Seconds in which 99 of 100 answers are computed.</summary>
    public const string LatencyP99 = "latency_p99";

    /// <summary>Clicks per product shown.</summary>
    public const string ClickRate = "ctr";

    /// <summary>Purchases per product shown.</summary>
    public const string ConversionRate = "cvr";

    /// <summary>Share of products that the shadow and what was shown have in common.</summary>
    public const string Overlap = "overlap";

    /// <summary>Shares of searches, or of answers to customers.</summary>
    public static IReadOnlyList<string> Outcomes { get; } =
    [
        OutcomeMetric.SearchClickRate, OutcomeMetric.ZeroResultRate, OutcomeMetric.ReformulationRate, OutcomeMetric.AbandonedRate,
        OutcomeMetric.HandOverRate, OutcomeMetric.OutOfScopeRate, OutcomeMetric.AskBackRate,
    ];

    public static IReadOnlyList<string> All { get; } = [ErrorRate, LatencyP99, ClickRate, ConversionRate, Overlap, .. Outcomes];
}

/// <summary>Starts a rollout. Either <paramref name="Version"/>, tried against the champion, or <paramref name="Arms"/> of a test.</summary>
/// <param name="Steps">Percentages for the challenger, rising; 0 mirrors without showing. 1, 5, 25, 50 by default.</param>
/// <param name="MirrorPercent">Of how many answers a shadow's are computed too.</param>
/// <param name="Guards"><see cref="DefaultGuards"/> by default.</param>
public sealed record RolloutRequest(
    [property: JsonRequired] RolloutKind Kind,
    int? Version = null,
    IReadOnlyList<Arm>? Arms = null,
    IReadOnlyList<double>? Steps = null,
    double BakeMinutes = 10,
    double MirrorPercent = 10,
    IReadOnlyList<Guard>? Guards = null,
    string? Reason = null,
    string Alias = Arm.Champion);

/// <param name="ExpectedStep">Act only if the rollout still is there.</param>
/// <param name="Arm">For a promotion: which arm wins; the challenger by default.</param>
/// <param name="Evidence">What whoever decided saw; kept in the history.</param>
public sealed record RolloutActionRequest(string? Reason = null, int? ExpectedStep = null, string? Arm = null, IReadOnlyList<GuardEvidence>? Evidence = null);

/// <summary>One entry of a rollout's append-only history.</summary>
/// <param name="Action"><c>start</c>, <c>advance</c>, <c>pause</c>, <c>resume</c>, <c>promote</c>, <c>abort</c> or <c>complete</c>.</param>
public sealed record RolloutChange(string Action, int Step, string By, string Reason, DateTimeOffset At, IReadOnlyList<GuardEvidence> Evidence);

/// <summary>A rollout with all that was done to it, newest first.</summary>
public sealed record RolloutHistory(Rollout Rollout, IReadOnlyList<RolloutChange> Changes);
