using System.Text.Json.Serialization;

namespace ModelOps.Monitor.Drift.Profiles;

/// <summary>How a day's shoppers were distributed, and what they did.</summary>
/// <param name="Day">In UTC.</param>
/// <param name="Shoppers">Who did something.</param>
internal sealed record DayProfile(DateOnly Day, long Shoppers, IReadOnlyList<SeriesCounts> Counts)
{
    private readonly Lazy<Dictionary<Series, IReadOnlyDictionary<string, double>>> bySeries = new(() => Counts.ToDictionary(counts => new Series(counts.Measure, counts.Segment), counts => counts.Weights));

    /// <summary>Values with the shoppers that they stand for; null where nobody had one.</summary>
    public IReadOnlyDictionary<string, double>? Of(Series series) => bySeries.Value.GetValueOrDefault(series);

    [JsonIgnore]
    public IEnumerable<Series> Series => bySeries.Value.Keys;
}

/// <summary>A shopper weighs 1, divided over the values that the shopper had: one who does much counts no more than another.</summary>
/// <param name="Weights">By value; for numbers by <see cref="LogBins"/>.</param>
internal sealed record SeriesCounts(string Measure, string Segment, IReadOnlyDictionary<string, double> Weights);
