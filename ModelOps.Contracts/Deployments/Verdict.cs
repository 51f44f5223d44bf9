using System.Text.Json.Serialization;

namespace ModelOps.Contracts.Deployments;

/// <summary>What the monitor says of a rollout's present step.</summary>
public sealed record Verdict(VerdictKind Kind, string Reason, IReadOnlyList<GuardEvidence> Evidence);

[JsonConverter(typeof(JsonStringEnumConverter<VerdictKind>))]
public enum VerdictKind
{
    /// <summary>Too few answers to say anything.</summary>
    [JsonStringEnumMemberName("wait")] Wait,

    [JsonStringEnumMemberName("pass")] Pass,

    [JsonStringEnumMemberName("fail")] Fail,
}

/// <summary>One guard and the figures that decided it.</summary>
/// <param name="Limit">What <paramref name="Value"/> was held against.</param>
/// <param name="Low">Lower end of the 99 % interval, for rates.</param>
/// <param name="Baseline">The same figure of the arm it is held against.</param>
public sealed record GuardEvidence(string Arm, string Guard, bool Holds, double Value, double? Low, double? High, double Limit, long Requests, double? Baseline = null);
