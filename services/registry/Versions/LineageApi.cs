using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Versions;
using ModelOps.Registry.Deployments;
using ModelOps.ServiceDefaults;

namespace ModelOps.Registry.Versions;

/// <summary>What a version was made of, and where it has been.</summary>
internal static class LineageApi
{
    public static void MapLineage(this IEndpointRouteBuilder app) => app.MapGet("/v1/models/{model}/versions/{version:int}/lineage", FindAsync).WithTags("Models");

    private static async Task<Results<Ok<VersionLineage>, ProblemHttpResult>> FindAsync(StoreId store, string model, int version, RegistryDb database, CancellationToken cancellationToken)
    {
        var versions = await database.Versions.AsNoTracking().Where(row => row.Store == store.Value && row.Model == model).OrderBy(row => row.Version)
            .Select(row => new { row.Version, row.RunId, row.Origin, row.Tags }).ToListAsync(cancellationToken);
        if (versions.Find(row => row.Version == version) is not { } found)
            return Problems.NotFound($"The model '{model}' has no version {version}.");
        var moves = await database.AliasChanges.AsNoTracking().Where(row => row.Store == store.Value && row.Model == model).OrderBy(row => row.Id).ToListAsync(cancellationToken);
        var rollouts = await database.Rollouts.AsNoTracking().Where(row => row.Store == store.Value && row.Model == model && row.Versions.Contains(version))
            .OrderByDescending(row => row.StartedAt).ToListAsync(cancellationToken);
        return TypedResults.Ok(new VersionLineage(
            model, version, found.RunId,
            found.Origin ?? new VersionOrigin(DatasetOf(found.Tags)), // announced before origins were
            [.. versions.Where(row => row.Origin?.Parent == version).Select(row => row.Version)],
            [.. PeriodsOf(version, moves)],
            [.. rollouts.Select(rollout => rollout.ToContract())]));
    }

    private static DatasetOrigin? DatasetOf(Dictionary<string, string> tags) =>
        tags.TryGetValue(LineageTags.Dataset, out var name) && int.TryParse(tags.GetValueOrDefault(LineageTags.DatasetVersion), CultureInfo.InvariantCulture, out var number) ? new DatasetOrigin(name, number) : null;

    /// <summary>From each move of an alias to the version, until it moves elsewhere.</summary>
    internal static IEnumerable<AliasPeriod> PeriodsOf(int version, IReadOnlyList<AliasChangeRow> moves)
    {
        for (var index = moves.Count - 1; index >= 0; index--)
        {
            var move = moves[index];
            if (move.To == version && move.From != version)
                yield return new AliasPeriod(move.Alias, move.At, moves.Skip(index + 1).FirstOrDefault(later => later.Alias == move.Alias && later.To != version)?.At, move.By, move.Reason);
        }
    }
}
