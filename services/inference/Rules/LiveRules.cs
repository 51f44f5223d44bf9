using System.Collections.Concurrent;
using ModelOps.Contracts;
using ModelOps.Contracts.Rules;
using ModelOps.EventLog;
using ModelOps.Inference.Following;
using ModelOps.Inference.Models;

namespace ModelOps.Inference.Rules;

/// <summary>Every store's rules, followed from the database.</summary>
internal sealed class LiveRules(RuleLog log, PackageOptions options, ILogger<LiveRules> logger)
    : LogFollower<Dictionary<string, RuleSet>>(Path.Combine(options.Folder, "rules.json"), "Merchandising rules", logger)
{
    private readonly ConcurrentDictionary<StoreId, Known> stores = new();

    public RuleBook Of(StoreId store) => stores.TryGetValue(store, out var rules) ? rules.Book : RuleBook.Empty;

    protected override async Task<bool> AskAsync(bool isFirst, CancellationToken cancellationToken)
    {
        var isNew = false;
        var latest = await log.ReadLatestAsync(cancellationToken);
        foreach (var (store, set) in latest)
        {
            if (stores.TryGetValue(store, out var known) && known.Latest == set)
                continue;
            Take(store, set);
            isNew = true;
        }
        foreach (var gone in stores.Keys.Except(latest.Keys).ToList())
            isNew |= stores.TryRemove(gone, out _);
        return isNew;
    }

    protected override Dictionary<string, RuleSet> State() => stores.ToDictionary(pair => pair.Key.Value, pair => pair.Value.InEffect);

    protected override void Restore(Dictionary<string, RuleSet> state)
    {
        foreach (var (store, set) in state)
            Take(new StoreId(store), set);
    }

    /// <summary>Rules that a newer build wrote and this one cannot read leave what was there.</summary>
    private void Take(StoreId store, RuleSet set)
    {
        try
        {
            stores[store] = new Known(set, set, RuleBook.Parse(set.Yaml, set.Version));
        }
        catch (InvalidDataException exception)
        {
            logger.LogError("Version {Version} of the rules of store {Store} cannot be read by this build: {Reason}. The rules before it go on counting", set.Version, store, exception.Message);
            var before = stores.GetValueOrDefault(store) ?? new Known(set, new RuleSet(0, "", null, null, set.Time), RuleBook.Empty);
            stores[store] = before with { Latest = set };
        }
    }

    /// <param name="InEffect">The latest one that this build can read.</param>
    private sealed record Known(RuleSet Latest, RuleSet InEffect, RuleBook Book);
}
