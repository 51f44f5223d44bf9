using System.Collections.Concurrent;
using System.Globalization;
using ModelOps.Features.Profiles;
using ModelOps.Features.Tables;

namespace ModelOps.Trainer.Profiles;

/// <summary>All shoppers as they were known at a moment.</summary>
/// <param name="Users">Places in the data; those of whom something was known.</param>
/// <param name="Values">(users, <see cref="ProfileFeatures.Names"/>).</param>
public sealed record Snapshot(DateTime Cutoff, int[] Users, float[] Values);

/// <summary>Snapshots by their moment, and what came after them.</summary>
public sealed class Snapshots(ProfileData data, ProfileParameters parameters)
{
    /// <summary>Older ones say less and cost as much.</summary>
    private const int Most = 24;

    /// <summary>Rows of a training; beyond it each snapshot gives a part of its shoppers, another each time.</summary>
    private const int MostRows = 300_000;

    /// <summary>A column's mean and deviation are well known from so many rows.</summary>
    private const int SchemaRows = 20_000;

    private readonly ConcurrentDictionary<DateTime, Snapshot> known = new();

    public ProfileData Data => data;

    public Snapshot Of(DateTime cutoff) => known.GetOrAdd(cutoff, Make);

    /// <summary>Moments whose outcome over <paramref name="days"/> was known at <paramref name="now"/>, the latest first.</summary>
    /// <param name="step">Days between them.</param>
    public IReadOnlyList<DateTime> KnownAt(DateTime now, int days, int step)
    {
        var first = data.From.AddDays(parameters.HistoryDays);
        return [.. Enumerable.Range(0, Most).Select(back => now.AddDays(-days - back * step)).TakeWhile(cutoff => cutoff >= first)];
    }

    /// <summary>The rows of <paramref name="target"/> at these moments.</summary>
    public ScoreRows Rows(ScoreTarget target, IReadOnlyList<DateTime> cutoffs, bool all = false)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(cutoffs);
        var parts = all ? 1 : (int)Math.Ceiling((double)data.Users.Length * cutoffs.Count / MostRows);
        var columns = ProfileFeatures.Names.Count;
        var (users, values, outcomes) = (new List<int>(), new List<float>(), new List<Outcome>());
        foreach (var (turn, cutoff) in cutoffs.Index())
        {
            var snapshot = Of(cutoff);
            for (var row = 0; row < snapshot.Users.Length; row++)
            {
                var user = snapshot.Users[row];
                var features = snapshot.Values.AsSpan(row * columns, columns);
                if (user % parts != turn % parts || target.CustomersOnly && float.IsNaN(features[0]))
                    continue;
                users.Add(user);
                values.AddRange(features);
                outcomes.Add(OutcomeOf(user, cutoff, target.Days));
            }
        }
        return new ScoreRows([.. users], [.. values], [.. outcomes.Select(outcome => outcome.Bought == target.Buys ? 1f : 0)], [.. outcomes.Select(outcome => (float)outcome.Spend)]);
    }

    /// <summary>How features become numbers, from rows of training alone.</summary>
    /// <param name="names">The first of <see cref="ProfileFeatures.Names"/>.</param>
    public static TableSchema Learn(ScoreRows rows, IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(names);
        var (columns, step) = (ProfileFeatures.Names.Count, Math.Max(1, rows.Count / SchemaRows));
        return new TableSchema([.. names.Select((name, column) => TableColumn.Learn(
            name, [.. Enumerable.Range(0, rows.Count / step).Select(row => Text(rows.Values[row * step * columns + column]))], ColumnKind.Number))]);

        static string? Text(float value) => float.IsNaN(value) ? null : value.ToString("R", CultureInfo.InvariantCulture);
    }

    private Outcome OutcomeOf(int user, DateTime from, int days)
    {
        var (until, spend, bought) = (from.AddDays(days), 0.0, false);
        foreach (var one in data.Histories[user])
        {
            if (one.Deed == Deed.Purchase && one.Time >= from && one.Time < until)
                (spend, bought) = (spend + one.Amount, true);
        }
        return new Outcome(bought, spend);
    }

    private Snapshot Make(DateTime cutoff)
    {
        var features = new float[data.Users.Length][];
        Parallel.For(0, features.Length, user => features[user] = ShopperPast.Of(cutoff, data.Histories[user], data.Catalogue) is { } past ? ProfileFeatures.Of(past) : []);
        int[] users = [.. Enumerable.Range(0, features.Length).Where(user => features[user].Length > 0)];
        return new Snapshot(cutoff, users, [.. users.SelectMany(user => features[user])]);
    }

    private readonly record struct Outcome(bool Bought, double Spend);
}

/// <summary>A question about the days after a snapshot.</summary>
/// <param name="Buys">Yes is buying; otherwise yes is not buying.</param>
/// <param name="CustomersOnly">Asked of those alone who bought before.</param>
public sealed record ScoreTarget(string Name, int Days, bool Buys, bool CustomersOnly);

/// <param name="Users">Places in the data, by row.</param>
/// <param name="Values">(rows, <see cref="ProfileFeatures.Names"/>).</param>
/// <param name="Labels">1 is yes.</param>
/// <param name="Spend">Within the days.</param>
public sealed record ScoreRows(int[] Users, float[] Values, float[] Labels, float[] Spend)
{
    public int Count => Users.Length;

    public bool HasBoth => Labels.Contains(0f) && Labels.Contains(1f);

    /// <summary>As a schema wants them.</summary>
    /// <param name="schema">Over the first of the features.</param>
    public TableRows Table(TableSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        var (columns, taken) = (ProfileFeatures.Names.Count, schema.Columns.Count);
        if (taken == columns)
            return new TableRows(schema, Values);
        var values = new float[Count * taken];
        for (var row = 0; row < Count; row++)
            Values.AsSpan(row * columns, taken).CopyTo(values.AsSpan(row * taken));
        return new TableRows(schema, values);
    }
}
