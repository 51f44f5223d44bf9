using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Monitor.Drift.Profiles;
using ModelOps.Monitor.Quality;

namespace ModelOps.Monitor.Drift;

/// <summary>Days that are counted once for a version, and kept.</summary>
internal sealed class KeptDays(MonitorDb database, DayProfiler profiler)
{
    /// <param name="days">Whole days that are over.</param>
    /// <returns>Those with shoppers, in their order.</returns>
    public async Task<IReadOnlyList<DayProfile>> OfAsync(StoreId store, string model, int version, VersionCatalogue catalogue, IReadOnlyList<DateOnly> days, CancellationToken cancellationToken)
    {
        var kept = (await database.DriftDays.AsNoTracking().Where(row => row.Store == store.Value && row.Model == model && row.Version == version && days.Contains(row.Day)).ToListAsync(cancellationToken))
            .ToDictionary(row => row.Day, row => row.ToProfile());
        foreach (var day in days.Where(day => !kept.ContainsKey(day)))
        {
            var profile = await profiler.CountAsync(store, model, version, catalogue, day, cancellationToken);
            await database.Database.ExecuteSqlAsync($"""
                INSERT INTO drift_days (store, model, version, day, shoppers, counts)
                VALUES ({store.Value}, {model}, {version}, {day}, {profile.Shoppers}, {JsonSerializer.Serialize(profile.Counts, JsonSerializerOptions.Web)}::jsonb) ON CONFLICT DO NOTHING
                """, cancellationToken);
            kept[day] = profile;
        }
        return [.. kept.Values.Where(profile => profile.Shoppers > 0).OrderBy(profile => profile.Day)];
    }
}
