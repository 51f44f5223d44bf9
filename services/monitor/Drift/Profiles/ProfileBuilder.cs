using System.Globalization;

namespace ModelOps.Monitor.Drift.Profiles;

/// <summary>Counts a day, shopper by shopper. What it keeps is bounded: the most frequent values of each series, the largest categories as segments.</summary>
/// <param name="categories">Which are segments of their own.</param>
internal sealed class ProfileBuilder(DateOnly day, IReadOnlySet<string> categories)
{
    private const int MostValues = 300;

    /// <summary>Events in a day beyond which a shopper is more likely a program.</summary>
    private const int Busy = 100;

    /// <summary>So many of the busiest are left out, who may be people.</summary>
    private const int People = 3;

    public const string Yes = "yes", No = "no", Other = "(other)";

    private static readonly string[] Bins = [.. Enumerable.Range(0, LogBins.Count).Select(bin => bin.ToString(CultureInfo.InvariantCulture))];
    private static readonly string[] Hours = [.. Enumerable.Range(0, 24).Select(hour => hour.ToString("00", CultureInfo.InvariantCulture))];

    private readonly Dictionary<Series, Dictionary<string, double>> counts = [];
    private long shoppers;
    private long events;
    private readonly List<int> busy = [];

    public void Add(ShopperDay shopper)
    {
        var acts = shopper.Acts;
        if (acts.Count == 0)
            return;
        shoppers++;
        events += acts.Count;
        if (acts.Count > Busy)
            busy.Add(acts.Count);
        Number(Measure.Activity, Segments.All, acts.Count);
        Count(Segments.All, acts);
        Divide(Measure.Product, Segments.All, acts, act => act.Product);
        Divide(Measure.Embedding, Segments.All, acts, act => act.Group);
        Divide(Measure.Hour, Segments.All, acts, act => Hours[act.Hour]);
        Divide(Measure.Quantity, Segments.All, acts, act => act.Quantity is { } quantity ? Bin(quantity) : null);
        Divide(Measure.UnknownProduct, Segments.All, acts, act => act.IsKnown ? No : Yes);
        Divide(Measure.NoPrice, Segments.All, acts, act => act.Price is null ? Yes : No);
        if (shopper.History is { } history)
        {
            var segment = history == 0 ? Segments.New : Segments.Known;
            Put(Measure.NewShopper, Segments.All, history == 0 ? Yes : No, 1);
            if (history > 0)
                Number(Measure.History, Segments.All, history);
            Number(Measure.Activity, segment, acts.Count);
            Count(segment, acts);
        }
        foreach (var (category, those) in acts.Where(act => act.Category is not null && categories.Contains(act.Category)).GroupBy(act => act.Category!).Select(group => (group.Key, group.ToList())))
        {
            var segment = Segments.OfCategory(category);
            Divide(Measure.Event, segment, those, act => act.Event);
            Divide(Measure.Brand, segment, those, act => act.Brand);
            Divide(Measure.Price, segment, those, act => act.Price is { } price ? Bin(price) : null);
        }
    }

    public void Add(ShownAnswer answer)
    {
        if (answer.Items.Count == 0)
            return;
        Divide(Measure.ShownProduct, Segments.All, answer.Items, item => item.Product);
        Divide(Measure.ShownCategory, Segments.All, answer.Items, item => item.Category);
        Divide(Measure.ShownEmbedding, Segments.All, answer.Items, item => item.Group);
        Divide(Measure.ShownPopularity, Segments.All, answer.Items, item => Bin(item.Popularity));
        if (answer.Score is { } score)
            Number(Measure.ShownScore, Segments.All, score);
    }

    /// <param name="delay">Between the answer and what the shopper did with a product of it.</param>
    public void AddReaction(Measure measure, TimeSpan delay) => Number(measure, Segments.All, Math.Max(0, delay.TotalSeconds));

    public DayProfile Build()
    {
        // Of the events, not of the shoppers: a few programs are few among the shoppers.
        if (events > 0)
        {
            var share = (double)busy.OrderDescending().Skip(People).Sum() / events;
            if (share > 0)
                Put(Measure.Busy, Segments.All, Yes, share * shoppers);
            Put(Measure.Busy, Segments.All, No, (1 - share) * shoppers);
        }
        return new DayProfile(day, shoppers, [.. counts.Select(series => new SeriesCounts(series.Key.Measure, series.Key.Segment, Bounded(series.Value)))]);
    }

    private void Count(string segment, IReadOnlyList<ShopAct> acts)
    {
        Divide(Measure.Event, segment, acts, act => act.Event);
        Divide(Measure.Category, segment, acts, act => act.Category);
        Divide(Measure.Brand, segment, acts, act => act.Brand);
        Divide(Measure.Price, segment, acts, act => act.Price is { } price ? Bin(price) : null);
    }

    private static Dictionary<string, double> Bounded(Dictionary<string, double> weights)
    {
        if (weights.Count <= MostValues)
            return weights;
        var kept = weights.OrderByDescending(weight => weight.Value).ThenBy(weight => weight.Key, StringComparer.Ordinal).Take(MostValues - 1).ToDictionary();
        kept[Other] = weights.Values.Sum() - kept.Values.Sum();
        return kept;
    }

    private static string Bin(double value) => Bins[LogBins.Of(value)];

    private void Number(Measure measure, string segment, double value) => Put(measure, segment, Bin(value), 1);

    private void Divide<T>(Measure measure, string segment, IReadOnlyList<T> things, Func<T, string?> value)
    {
        var values = things.Select(value).OfType<string>().ToList();
        foreach (var one in values)
            Put(measure, segment, one, 1.0 / values.Count);
    }

    private void Put(Measure measure, string segment, string value, double weight)
    {
        var series = new Series(measure.Name, segment);
        if (!counts.TryGetValue(series, out var weights))
            counts[series] = weights = [];
        weights[value] = weights.GetValueOrDefault(value) + weight;
    }
}
