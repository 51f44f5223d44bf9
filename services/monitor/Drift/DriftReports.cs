using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Drift;
using ModelOps.Monitor.Drift.Profiles;
using ModelOps.Monitor.Quality;

namespace ModelOps.Monitor.Drift;

/// <summary>Makes a report on each day of a model's champion, once the day is over, and keeps it.</summary>
internal sealed class DriftReports(MonitorDb database, KeptDays days, WatchedVersions versions, IOptions<DriftOptions> options, TimeProvider time)
{
    private const string Training = "training", FirstDays = "first-days";

    /// <summary>Days of the reference where the log does not go back to before the training data's end: three weeks.</summary>
    private const int First = 21;

    /// <summary>The last day that is over.</summary>
    public DateOnly LastDay => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime.AddHours(-options.Value.LateHours)).AddDays(-1);

    /// <param name="day">One that is over.</param>
    /// <returns>The report on the day, made before or now; null while the model has no champion.</returns>
    public async Task<DriftReportRow?> MakeAsync(StoreId store, string model, DateOnly day, CancellationToken cancellationToken)
    {
        var today = day.AddDays(1);
        var to = Midnight(today);
        if (await versions.FindChampionAsync(store, model, cancellationToken) is not { } champion)
            return null;
        if (await FindAsync(store, model, champion.Version, to, cancellationToken) is { } made)
            return made;
        var watched = await versions.DescribeAsync(store, champion, options.Value.Categories, cancellationToken);
        var row = await CompareAsync(store, model, watched, today, cancellationToken);
        await database.Database.ExecuteSqlAsync($"""
            INSERT INTO drift_reports (store, model, version, "from", "to", at, outcome, reasons, reference, compared, drifted, findings)
            VALUES ({row.Store}, {row.Model}, {row.Version}, {row.From}, {row.To}, {row.At}, {row.Outcome.ToString()}, {row.Reasons}, {row.Reference}::jsonb, {row.Compared}, {row.Drifted}, {row.Findings}::jsonb)
            ON CONFLICT DO NOTHING
            """, cancellationToken); // another replica may have been at it too
        return await FindAsync(store, model, watched.Version, to, cancellationToken);
    }

    public IQueryable<DriftReportRow> Of(StoreId store, string model) => database.DriftReports.AsNoTracking().Where(row => row.Store == store.Value && row.Model == model);

    private Task<DriftReportRow?> FindAsync(StoreId store, string model, int version, DateTimeOffset to, CancellationToken cancellationToken) =>
        Of(store, model).FirstOrDefaultAsync(row => row.Version == version && row.To == to, cancellationToken);

    private async Task<DriftReportRow> CompareAsync(StoreId store, string model, WatchedVersion watched, DateOnly today, CancellationToken cancellationToken)
    {
        var (reference, source, reason) = await ReferenceAsync(store, model, watched, today, cancellationToken);
        var window = reference is null ? [] : await WindowAsync(store, model, watched, reference.Days[^1].Day, today, cancellationToken);
        if (reference is not null && window.Count == 0)
            reason = $"No whole day with shoppers has passed since the reference's end on {Written(reference.Days[^1].Day)}, or the last one had none.";
        if (reason is not null)
            return Row(store, model, watched.Version, today, 1, DriftOutcome.CannotTell, [reason], reference, source, []);
        var findings = DriftJudge.Decide(
            [.. DriftJudge.Compare(reference!, window, measure => !measure.IsOfAnswers, options.Value), .. await AnswersAsync(store, model, watched, window, today, cancellationToken)], options.Value.Alpha);
        var (outcome, reasons) = findings.Count == 0
            ? (DriftOutcome.CannotTell, [$"Fewer than {options.Value.FewestShoppers} shoppers came in the {window.Count} days before {Written(today)}."])
            : findings[0].IsDrifted ? (DriftOutcome.Drifted, DriftJudge.Reasons(findings)) : (DriftOutcome.Quiet, []);
        return Row(store, model, watched.Version, today, window.Count, outcome, reasons, reference, source, findings);
    }

    /// <summary>The days before the training data's end; where the log has too few of them, the first ones after.</summary>
    private async Task<(Reference? Reference, string Source, string? Reason)> ReferenceAsync(StoreId store, string model, WatchedVersion watched, DateOnly today, CancellationToken cancellationToken)
    {
        var end = Earlier(DateOnly.FromDateTime(watched.LearnedUntil.UtcDateTime.AddHours(12)), today); // a day that it learned more than half of is the reference's
        var before = await DaysAsync(store, model, watched, end.AddDays(-options.Value.ReferenceDays), end, cancellationToken);
        if (before.Count >= options.Value.FewestReferenceDays)
            return (new Reference(before), Training, null);
        var after = await DaysAsync(store, model, watched, end, Earlier(end.AddDays(First), today), cancellationToken);
        return today > end.AddDays(First) && after.Count >= options.Value.FewestReferenceDays
            ? (new Reference(after), FirstDays, null)
            : (null, "", $"The event log has {before.Count} days with shoppers before the training data's end on {Written(end)} and {after.Count} in the {First} days after it; a reference needs {options.Value.FewestReferenceDays}.");
    }

    /// <summary>The last days in a row that are over and after the reference.</summary>
    private async Task<IReadOnlyList<DayProfile>> WindowAsync(StoreId store, string model, WatchedVersion watched, DateOnly referenceEnd, DateOnly today, CancellationToken cancellationToken)
    {
        var from = Later(referenceEnd.AddDays(1), today.AddDays(-options.Value.WindowDays));
        var found = (await DaysAsync(store, model, watched, from, today, cancellationToken)).ToDictionary(day => day.Day);
        var window = new List<DayProfile>();
        for (var day = today.AddDays(-1); found.TryGetValue(day, out var profile); day = day.AddDays(-1))
            window.Insert(0, profile);
        return window;
    }

    /// <summary>What the version answers is held against its own first days: another version's answers are others by right.</summary>
    private async Task<IReadOnlyList<DriftFinding>> AnswersAsync(StoreId store, string model, WatchedVersion watched, IReadOnlyList<DayProfile> window, DateOnly today, CancellationToken cancellationToken)
    {
        var start = DateOnly.FromDateTime(watched.ServesSince.UtcDateTime).AddDays(1); // its first whole day
        var end = start.AddDays(First);
        var later = window.Where(day => day.Day >= end).ToList();
        if (later.Count == 0)
            return [];
        var first = await DaysAsync(store, model, watched, start, Earlier(end, today), cancellationToken);
        return first.Count < options.Value.FewestReferenceDays ? [] : [.. DriftJudge.Compare(new Reference(first), later, measure => measure.IsOfAnswers, options.Value)];
    }

    private Task<IReadOnlyList<DayProfile>> DaysAsync(StoreId store, string model, WatchedVersion watched, DateOnly from, DateOnly until, CancellationToken cancellationToken) =>
        days.OfAsync(store, model, watched.Version, watched.Catalogue, [.. Enumerable.Range(0, Math.Max(0, until.DayNumber - from.DayNumber)).Select(from.AddDays)], cancellationToken);

    private DriftReportRow Row(StoreId store, string model, int version, DateOnly today, int length, DriftOutcome outcome, IReadOnlyList<string> reasons, Reference? reference, string source, IReadOnlyList<DriftFinding> findings) => new()
    {
        Store = store.Value,
        Model = model,
        Version = version,
        From = Midnight(today.AddDays(-length)),
        To = Midnight(today),
        At = time.GetUtcNow(),
        Outcome = outcome,
        Reasons = [.. reasons],
        Reference = reference is null ? null : JsonSerializer.Serialize(new DriftReference(source, Midnight(reference.Days[0].Day), Midnight(reference.Days[^1].Day.AddDays(1)), reference.Days.Count), JsonSerializerOptions.Web),
        Compared = findings.Count,
        Drifted = findings.Count(finding => finding.IsDrifted),
        Findings = JsonSerializer.Serialize(findings, JsonSerializerOptions.Web),
    };

    private static string Written(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static DateOnly Earlier(DateOnly one, DateOnly other) => one < other ? one : other;

    private static DateOnly Later(DateOnly one, DateOnly other) => one > other ? one : other;

    private static DateTimeOffset Midnight(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);
}
