using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ModelOps.Contracts.Runs;
using ModelOps.Trainer.Runs;

namespace ModelOps.Trainer.Quotas;

/// <summary>A quota that is used up.</summary>
/// <param name="Name"><c>minutes-per-day</c> or <c>concurrent-runs</c>.</param>
/// <param name="Detail">What is used up, and when it is free again.</param>
/// <param name="After">When to ask again.</param>
public sealed record UsedUp(string Name, string Detail, TimeSpan After);

/// <summary>Whether a store may start another run now.</summary>
public sealed class QuotaCheck(IOptions<QuotaOptions> options, TimeProvider time)
{
    /// <summary>When to ask again where nobody knows how long the others take.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    /// <summary>Null where the store may. Callers hold the store's lock, so that two runs cannot both be the last.</summary>
    public async Task<UsedUp?> FindAsync(RunsDb database, string store, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        var quota = options.Value.Of(store);
        return await FindConcurrentAsync(database, store, quota, cancellationToken) ?? await FindMinutesAsync(database, store, quota, cancellationToken);
    }

    private static async Task<UsedUp?> FindConcurrentAsync(RunsDb database, string store, Quota quota, CancellationToken cancellationToken)
    {
        if (quota.ConcurrentRuns is not { } most)
            return null;
        var open = await database.Runs.CountAsync(run => run.Store == store && (run.State == RunState.Queued || run.State == RunState.Running), cancellationToken);
        return open < most
            ? null
            : new UsedUp("concurrent-runs", $"The store has {open} run{(open == 1 ? "" : "s")} queued or running, and may have {most} (Trainer:Quota:ConcurrentRuns). Start this one when one of them has ended, or cancel one.", Soon);
    }

    private async Task<UsedUp?> FindMinutesAsync(RunsDb database, string store, Quota quota, CancellationToken cancellationToken)
    {
        if (quota.MinutesPerDay is not { } most)
            return null;
        var now = time.GetUtcNow();
        var midnight = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        var runs = await database.Runs.Where(run => run.Store == store && run.StartedAt != null && (run.EndedAt == null || run.EndedAt > midnight))
            .Select(run => new { run.StartedAt, run.EndedAt }).ToListAsync(cancellationToken);
        var used = runs.Sum(run => ((run.EndedAt ?? now) - (run.StartedAt!.Value > midnight ? run.StartedAt.Value : midnight)).TotalMinutes);
        var free = midnight.AddDays(1);
        return used < most
            ? null
            : new UsedUp("minutes-per-day", string.Create(CultureInfo.InvariantCulture, $"The store's runs have run for {used:0.#} minutes since midnight UTC, and may for {most:0.#} a day (Trainer:Quota:MinutesPerDay). They may again from {free:yyyy-MM-dd HH:mm} UTC."), free - now);
    }
}
