using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Runs;
using ModelOps.Pipeline.Definitions;
using ModelOps.Pipeline.Runs;

namespace ModelOps.Pipeline.Automation;

/// <summary>What an automatic run trains: a model of a store, on a dataset.</summary>
internal sealed record Target(StoreId Store, string Pipeline, string Dataset, string Model)
{
    /// <summary>
    /// The targets of a store's pipelines. A model gets its first run from a person, who sees what comes of it; from then on it is renewed, on the
    /// definition's dataset or else on that of its latest successful run.
    /// </summary>
    public static async Task<ILookup<string, Target>> OfAsync(PipelineDb database, IReadOnlyDictionary<string, PipelineDefinition> pipelines, StoreId store, CancellationToken cancellationToken)
    {
        var succeeded = await database.Runs.AsNoTracking().Where(run => run.State == RunState.Succeeded && run.Store == store.Value)
            .GroupBy(run => new { run.Pipeline, run.Model, run.Dataset }).Select(group => new { group.Key, Latest = group.Max(run => run.CreatedAt) }).ToListAsync(cancellationToken);
        return succeeded.Where(found => pipelines.ContainsKey(found.Key.Pipeline)).GroupBy(found => (found.Key.Pipeline, found.Key.Model)).OrderBy(model => model.Key)
            .Select(model => new Target(store, model.Key.Pipeline, pipelines[model.Key.Pipeline].Dataset ?? model.MaxBy(found => found.Latest)!.Key.Dataset, model.Key.Model))
            .ToLookup(target => target.Pipeline);
    }
}
