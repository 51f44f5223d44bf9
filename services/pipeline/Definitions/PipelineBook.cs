using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Runs;
using ModelOps.Pipeline.Runs;

namespace ModelOps.Pipeline.Definitions;

/// <summary>The pipelines of a store: those of the files, with what the store has put in their place. Read from the database at each call, so every replica knows an edit at once.</summary>
internal sealed class PipelineBook(PipelineCatalogue catalogue, PipelineDb database, TimeProvider time)
{
    private const int Listed = 50;

    public async Task<IReadOnlyDictionary<string, PipelineDefinition>> OfAsync(StoreId store, CancellationToken cancellationToken)
    {
        var pipelines = new SortedDictionary<string, PipelineDefinition>(catalogue.Pipelines.ToDictionary(), StringComparer.Ordinal);
        foreach (var edit in await LatestAsync(store, cancellationToken))
        {
            IReadOnlyList<PipelineFault> faults = [];
            if (edit.Yaml is not null && PipelineCatalogue.Check(edit.Yaml, out faults) is { } edited && faults.Count == 0)
                pipelines[edit.Pipeline] = edited with { Edit = edit.Version, IsEdited = true };
            else if (pipelines.TryGetValue(edit.Pipeline, out var file))
                pipelines[edit.Pipeline] = file with { Edit = edit.Version, EditRefusal = faults.Count > 0 ? $"version {edit.Version}, line {faults[0].Line}: {faults[0].Message}" : null };
        }
        return pipelines;
    }

    /// <summary>The newest first.</summary>
    public async Task<IReadOnlyList<PipelineEdit>> HistoryAsync(StoreId store, string pipeline, CancellationToken cancellationToken) =>
        await EditsOf(store, pipeline).OrderByDescending(row => row.Version).Take(Listed)
            .Select(row => new PipelineEdit(row.Version, row.Yaml, row.By, row.Reason, row.At)).ToListAsync(cancellationToken);

    /// <summary>Of two who edit at once, one does.</summary>
    /// <param name="version">The version that the editor has seen; null for whichever is the latest.</param>
    /// <returns>Null when another version is the latest by now.</returns>
    public Task<PipelineEdit?> PutAsync(StoreId store, string pipeline, string? yaml, string by, string reason, int? version, CancellationToken cancellationToken) =>
        database.InTransactionAsync(async token =>
        {
            await database.TakeTurnAsync($"pipeline/{store.Value}/{pipeline}", token);
            var latest = await EditsOf(store, pipeline).MaxAsync(row => (int?)row.Version, token) ?? 0;
            if (version is not null && version != latest)
                return null;
            var row = new EditRow { Store = store.Value, Pipeline = pipeline, Version = latest + 1, Yaml = yaml, By = by, Reason = reason, At = time.GetUtcNow() };
            database.PipelineEdits.Add(row);
            await database.SaveChangesAsync(token);
            return new PipelineEdit(row.Version, row.Yaml, row.By, row.Reason, row.At);
        }, cancellationToken);

    private IQueryable<EditRow> EditsOf(StoreId store, string pipeline) => database.PipelineEdits.AsNoTracking().Where(row => row.Store == store.Value && row.Pipeline == pipeline);

    private Task<List<EditRow>> LatestAsync(StoreId store, CancellationToken cancellationToken)
    {
        var edits = database.PipelineEdits.AsNoTracking().Where(row => row.Store == store.Value);
        return edits.Where(row => row.Version == edits.Where(other => other.Pipeline == row.Pipeline).Max(other => other.Version)).ToListAsync(cancellationToken);
    }
}
