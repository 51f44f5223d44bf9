using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Datasets;

namespace ModelOps.DataPrep.Parts;

/// <summary>How many parts of a step are done, by whichever replica, as the database knows it: also while whoever waits for them does one himself, or is gone.</summary>
internal sealed class PartsDone(IReadOnlyDictionary<(Guid Owner, PartStage Stage), (int All, int Done)> parts, IReadOnlyDictionary<Guid, int> buckets)
{
    /// <param name="owners">Who has versions made.</param>
    public static async Task<PartsDone> OfAsync(DatasetsDb database, IReadOnlyCollection<Guid> owners, CancellationToken cancellationToken)
    {
        var builds = owners.Count == 0 ? [] : await database.Builds.AsNoTracking().Where(build => owners.Contains(build.Owner) && build.Terms != null).ToListAsync(cancellationToken);
        if (builds.Count == 0)
            return new PartsDone(new Dictionary<(Guid, PartStage), (int, int)>(), new Dictionary<Guid, int>());
        var ids = builds.Select(build => build.Id).ToList();
        var counts = await database.Parts.Where(part => ids.Contains(part.Build)).GroupBy(part => new { part.Build, part.Stage })
            .Select(parts => new { parts.Key.Build, parts.Key.Stage, All = parts.Count(), Done = parts.Count(part => part.Result != null) }).ToListAsync(cancellationToken);
        var owner = builds.ToDictionary(build => build.Id, build => build.Owner);
        return new PartsDone(
            counts.ToDictionary(count => (owner[count.Build], count.Stage), count => (count.All, count.Done)),
            builds.ToDictionary(build => build.Owner, build => JsonSerializer.Deserialize<BuildTerms>(build.Terms!)!.Buckets));
    }

    /// <summary>The progress with the parts of its step.</summary>
    public ImportProgress? AddTo(Guid owner, ImportProgress? progress)
    {
        if (progress is null || !buckets.TryGetValue(owner, out var total) || StageOf(progress.Step) is not { } stage)
            return progress;
        var (asked, done) = parts.GetValueOrDefault((owner, stage));
        // How many slices there are is known once all files are cut.
        return progress with { Parts = done, TotalParts = stage != PartStage.Type ? total : progress.Files == progress.TotalFiles ? asked : null };
    }

    private static PartStage? StageOf(string step) => step switch
    {
        "reading" => PartStage.Type,
        "checking" => PartStage.Judge,
        "labelling" => PartStage.Label,
        _ => null,
    };
}
