using System.ComponentModel.DataAnnotations;

namespace ModelOps.Monitor.Quality;

/// <summary>The configuration section <c>Attribution</c>: which events an answer is credited with.</summary>
internal sealed class AttributionOptions
{
    /// <summary>A shop's clock may be behind ours by so much.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    /// <summary>Hours after an answer within which an event still counts for it, by the event's own time, however late it comes.</summary>
    [Range(.1, 24 * 90)] public double Hours { get; init; } = 24 * 7;

    public bool Covers(DateTimeOffset answered, DateTimeOffset happened) => happened >= answered - ClockSkew && happened <= answered + TimeSpan.FromHours(Hours);
}
