using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using ModelOps.Monitor.Quality;

namespace ModelOps.Monitor.Alerts.Rules;

/// <summary>Every store's book: the deployment's files with the store's own rules on top.</summary>
internal sealed class RuleBooks(AlertBook files, ILogger<RuleBooks> logger)
{
    private readonly ConcurrentDictionary<(string Store, int Version), AlertBook> read = new();

    public AlertBook Files => files;

    public async Task<AlertBook> OfAsync(MonitorDb database, string store, CancellationToken cancellationToken) =>
        await LatestAsync(database, store, cancellationToken) is { } latest ? Of(latest) : files;

    public static Task<RuleSetRow?> LatestAsync(MonitorDb database, string store, CancellationToken cancellationToken) =>
        database.AlertRuleSets.AsNoTracking().Where(set => set.Store == store).OrderByDescending(set => set.Version).FirstOrDefaultAsync(cancellationToken);

    /// <summary>Rules that an earlier build took and this one cannot read leave the deployment's own in effect.</summary>
    private AlertBook Of(RuleSetRow set) => read.GetOrAdd((set.Store, set.Version), _ =>
    {
        try
        {
            return AlertBookReader.Load(set.Yaml, set.Store, files);
        }
        catch (InvalidDataException exception)
        {
            logger.LogError("Version {Version} of the alert rules of store {Store} cannot be used by this build: {Reason}. The deployment's own rules are in effect", set.Version, set.Store, exception.Message);
            return files;
        }
    });
}
