using System.Text.Json.Serialization;

namespace ModelOps.Contracts.Quality;

/// <summary>Whether the gain that a version's training measured offline arrived with shoppers.</summary>
/// <param name="Champion">The version that it replaced.</param>
/// <param name="PromotedAt">When it became champion first.</param>
/// <param name="Metric">Of the training, as <c>ndcg@10</c>.</param>
/// <param name="OfflineGain">The version's minus the champion's, with a 95 % interval from both trainings'; null where one of them has no such metric.</param>
/// <param name="Compared">How the two were compared online.</param>
/// <param name="Before">The champion's clicks per product shown.</param>
/// <param name="After">The version's.</param>
/// <param name="OnlineGain">The difference of the two.</param>
/// <param name="Reason">The figures in words.</param>
public sealed record Promise(
    string Model, int Version, int Champion, DateTimeOffset PromotedAt, string Metric, Estimate? OfflineGain, PromiseComparison Compared,
    Estimate? Before, Estimate? After, Estimate? OnlineGain, PromiseOutcome Outcome, string Reason);

[JsonConverter(typeof(JsonStringEnumConverter<PromiseComparison>))]
public enum PromiseComparison
{
    /// <summary>The days before and after: what else changed then is in the difference too.</summary>
    [JsonStringEnumMemberName("before_and_after")] BeforeAndAfter,

    /// <summary>At the same time, with shoppers divided at random, in the rollout that ended with the promotion.</summary>
    [JsonStringEnumMemberName("at_once")] AtOnce,
}

[JsonConverter(typeof(JsonStringEnumConverter<PromiseOutcome>))]
public enum PromiseOutcome
{
    [JsonStringEnumMemberName("cannot_tell_yet")] CannotTellYet,

    /// <summary>The whole interval of the online gain is above 0.</summary>
    [JsonStringEnumMemberName("arrived")] Arrived,

    /// <summary>The whole interval is at or below 0.</summary>
    [JsonStringEnumMemberName("not_arrived")] NotArrived,

    /// <summary>Offline the version was no better, or it is not known.</summary>
    [JsonStringEnumMemberName("nothing_promised")] NothingPromised,
}
