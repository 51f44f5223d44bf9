using System.Globalization;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Quality;
using ModelOps.Contracts.Versions;
using ModelOps.Pipeline.Definitions;

namespace ModelOps.Pipeline.Triggers;

/// <summary>
/// Shoppers react less to the champion than in its first days, or than they did to the version before it in its last. Looked at once a
/// day, over whole days (UTC), and only a loss that is certain counts: <see cref="RateDrop"/>.
/// </summary>
internal sealed class QualityDropTrigger(RegistryClient registry, MonitorClient monitor) : ITrigger
{
    public string Name => "quality_drop";

    public bool IsOn(PipelineDefinition definition) => definition.Triggers.QualityDrop is not null;

    public async Task<TriggerReading?> ReadAsync(TriggerQuestion question, CancellationToken cancellationToken)
    {
        var (target, wanted, alias) = (question.Target, question.Definition.Triggers.QualityDrop!, question.Definition.Rollout.Alias);
        var moves = (await registry.AliasHistoryAsync(target.Store, target.Model, cancellationToken)).Items.Where(move => move.Alias == alias).OrderByDescending(move => move.At).ToList();
        if (moves is not [var now, ..])
            return null;
        var today = Midnight(question.Now);
        var key = string.Create(CultureInfo.InvariantCulture, $"v{now.To}/{today:yyyy-MM-dd}");
        if (question.Before?.Key == key)
            return new TriggerReading(question.Before.Fires, key, question.Before.Saw, question.Before.Otherwise, new Dictionary<string, double>());
        var length = TimeSpan.FromDays(wanted.Days);
        var since = Midnight(now.At).AddDays(1); // its first whole day
        if (today - since < length * 2)
            return new TriggerReading(false, key, $"Version {now.To} became {alias} {(int)(question.Now - now.At).TotalDays} days ago; after {wanted.Days * 2} whole days its last {wanted.Days} can be held against its first.", "Time.", new Dictionary<string, double>());
        var recent = await DaysAsync(target.Store, target.Model, now.To, today - length, today, wanted.Metric, cancellationToken);
        var first = await DaysAsync(target.Store, target.Model, now.To, since, since + length, wanted.Metric, cancellationToken);
        var own = RateDrop.Compare(first, recent, wanted);
        if (own.IsCertain || now.From is not { } previous)
            return Reading(key, $"Version {now.To}: its last {wanted.Days} days against its first", wanted, own);
        var before = await DaysAsync(target.Store, target.Model, previous, Midnight(now.At) - length, Midnight(now.At), wanted.Metric, cancellationToken);
        var other = RateDrop.Compare(before, recent, wanted);
        return other.IsCertain
            ? Reading(key, $"Version {now.To}: its last {wanted.Days} days against the last of version {previous} before it", wanted, other)
            : Reading(key, $"Version {now.To}: its last {wanted.Days} days against its first", wanted, own);
    }

    private static TriggerReading Reading(string key, string what, QualityDropTriggerDefinition wanted, RateDrop drop) => new(
        drop.IsCertain, key, $"{what}: {drop.Text(wanted)}",
        drop.IsCertain ? "A smaller or less certain loss." : $"A loss of more than {RateDrop.Percent(wanted.Drop)} that is {RateDrop.Percent(wanted.Confidence)} certain.",
        new Dictionary<string, double> { ["before"] = drop.Before, ["after"] = drop.After, ["change_at_most"] = drop.High, ["impressions_before"] = drop.ShownBefore, ["impressions_after"] = drop.ShownAfter });

    /// <summary>The champion's products shown and reactions of each day; the monitor gives windows of a minute, in pages.</summary>
    private async Task<IReadOnlyList<DayRate>> DaysAsync(Contracts.StoreId store, string model, int version, DateTimeOffset from, DateTimeOffset until, string metric, CancellationToken cancellationToken)
    {
        var days = new SortedDictionary<DateTimeOffset, DayRate>();
        var cursor = from;
        while (true)
        {
            var page = await monitor.GetQualityAsync(store, model, cursor, cancellationToken);
            // A page may end within a minute: that one is read again with the next.
            var last = page.Next is null || page.Items.Count == 0 ? until : page.Items[^1].Start < until ? page.Items[^1].Start : until;
            foreach (var window in page.Items.Where(window => window.Start < last && window.Version == version && window.Arm == Arm.Champion))
            {
                var day = Midnight(window.Start);
                var sum = days.GetValueOrDefault(day) ?? new DayRate(0, 0);
                days[day] = new DayRate(sum.Shown + window.Impressions, sum.Reactions + (metric == GuardMetric.ConversionRate ? window.Purchases : window.Clicks));
            }
            if (last >= until || last <= cursor)
                return [.. days.Values];
            cursor = last;
        }
    }

    private static DateTimeOffset Midnight(DateTimeOffset time) => new(time.UtcDateTime.Date, TimeSpan.Zero);
}
