using System.Text.Json.Serialization;

namespace ModelOps.Contracts.Deployments;

/// <summary>What the monitor says of a rollout's present step.</summary>
public sealed record Verdict(VerdictKind Kind, string Reason, IReadOnlyList<GuardEvidence> Evidence);

[JsonConverter(typeof(JsonStringEnumConverter<VerdictKind>))]
public enum VerdictKind
{
    /// <summary>Too few answers to say anything: no verdict.</summary>
    [JsonStringEnumMemberName("wait")] Wait,

    /// <summary>The next step may be taken; after the last one, promote.</summary>
    [JsonStringEnumMemberName("pass")] Pass,

    /// <summary>Roll back.</summary>
    [JsonStringEnumMemberName("fail")] Fail,

    /// <summary>No guard is broken, but what a promotion has to rule out is not ruled out yet: the step goes on.</summary>
    [JsonStringEnumMemberName("extend")] Extend,
}

/// <summary>One guard and the figures that decided it.</summary>
/// <param name="Limit">What <paramref name="Value"/> was held against.</param>
/// <param name="Low">For rates of reactions: what the value may be at least, in comparison with the limit, at every look at once.</param>
/// <param name="Baseline">The same figure of the arm it is held against.</param>
/// <param name="Shoppers">Whose reactions were counted.</param>
/// <param name="IsOpen">It keeps a promotion waiting.</param>
/// <param name="More">How many answers of the arm that takes at the present figures; null where no number will do.</param>
public sealed record GuardEvidence(
    string Arm, string Guard, bool Holds, double Value, double? Low, double? High, double Limit, long Requests, double? Baseline = null,
    long? Shoppers = null, bool IsOpen = false, long? More = null);

/// <summary>A verdict that was kept: the first of its kind in a step, each that changed, and the last before an action.</summary>
/// <param name="At">When it was first said so.</param>
/// <param name="Step">Of the rollout, from 0.</param>
public sealed record KeptVerdict(long Id, DateTimeOffset At, int Step, VerdictKind Kind, string Reason, IReadOnlyList<GuardEvidence> Evidence);
