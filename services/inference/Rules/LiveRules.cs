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
    private readonly ConcurrentDictionary<StoreId, (RuleSet Set, RuleBook Book)> stores = new();

    public RuleBook Of(StoreId store) => stores.TryGetValue(store, out var rules) ? rules.Book : RuleBook.Empty;

    protected override async Task<bool> AskAsync(CancellationToken cancellationToken)
    {
        var isNew = false;
        foreach (var (store, set) in await log.ReadLatestAsync(cancellationToken))
        {
            if (stores.TryGetValue(store, out var known) && known.Set == set)
                continue;
            Take(store, set);
            isNew = true;
        }
        return isNew;
    }

    protected override Dictionary<string, RuleSet> State() => stores.ToDictionary(pair => pair.Key.Value, pair => pair.Value.Set);

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
            stores[store] = (set, RuleBook.Parse(set.Yaml, set.Version));
        }
        catch (InvalidDataException exception)
        {
            logger.LogError("Version {Version} of the rules of store {Store} cannot be read by this build: {Reason}. The rules before it go on counting", set.Version, store, exception.Message);
            stores[store] = (set, Of(store));
        }
    }
}
