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
            if (Read(edit, out var refusal) is { } edited)
                pipelines[edit.Pipeline] = edited with { Edit = edit.Version, IsEdited = true };
            else if (pipelines.TryGetValue(edit.Pipeline, out var file))
                pipelines[edit.Pipeline] = file with { Edit = edit.Version, EditRefusal = refusal };
        }
        return pipelines;
    }

    /// <summary>The store's own that an earlier release took and this one finds fault with, and that no file stands in for.</summary>
    public async Task<IReadOnlyList<(EditRow Edit, string Refusal)>> RefusedAsync(StoreId store, CancellationToken cancellationToken) =>
        [.. from edit in await LatestAsync(store, cancellationToken)
            let refusal = Read(edit, out var why) is null ? why : null
            where refusal is not null && !catalogue.Pipelines.ContainsKey(edit.Pipeline)
            select (edit, refusal)];

    private static PipelineDefinition? Read(EditRow edit, out string? refusal)
    {
        IReadOnlyList<PipelineFault> faults = [];
        var read = edit.Yaml is null ? null : PipelineCatalogue.Check(edit.Yaml, out faults);
        refusal = faults.Count > 0 ? $"version {edit.Version}, line {faults[0].Line}: {faults[0].Message}" : null;
        return refusal is null ? read : null;
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
