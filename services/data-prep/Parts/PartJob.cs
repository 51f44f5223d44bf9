using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ModelOps.DataPrep.Datasets;
using ModelOps.DataPrep.Privacy;
using ModelOps.DataPrep.Sources;
using ModelOps.Jobs;
using ModelOps.Privacy;

namespace ModelOps.DataPrep.Parts;

/// <summary>
/// Does one part of a build. What goes wrong here is never the data's fault, which whoever laid it out has looked at: a part is tried again,
/// and then whoever waits for it.
/// </summary>
internal sealed class PartJob(Builds builds, BuildBlobs blobs, PartRecipe recipe, StoreKeys keys) : IJobHandler
{
    /// <summary>The release is in the name, so that replicas of another one leave the part alone.</summary>
    public static string Kind { get; } = $"part, {CodeVersion.Text}";

    public async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        await using var database = builds.Open();
        if (await database.Parts.AsNoTracking().FirstOrDefaultAsync(row => row.JobId == job.Id && row.Result == null, cancellationToken) is not { } part
            || await database.Builds.AsNoTracking().FirstOrDefaultAsync(row => row.Id == part.Build, cancellationToken) is not { Terms: { } terms } build)
            return; // nobody waits for it any more
        try
        {
            using var folder = new WorkFolder();
            var personal = new PersonalData((await keys.FindAsync(job.Store, cancellationToken)).Secret);
            var input = JsonSerializer.Deserialize<PartInput>(part.Input)!;
            var files = new Dictionary<string, IReadOnlyList<string>>();
            foreach (var (name, wanted) in input.Blobs)
                files[name] = await FetchAsync(build, name, wanted, folder.Path, cancellationToken);
            var done = await Task.Run(() => recipe.Run(part.Stage, JsonSerializer.Deserialize<BuildTerms>(terms)!, input.Slice, files, personal, folder.Path, cancellationToken), cancellationToken);
            var put = new Dictionary<string, string>();
            foreach (var (name, file) in done.Files)
                put[name] = await blobs.PutAsync(build, file, cancellationToken);
            var result = JsonSerializer.Serialize(new PartResult(put, done.Order, done.Judgement));
            await Asked(database, job).ExecuteUpdateAsync(row => row.SetProperty(p => p.Result, result), cancellationToken);
        }
        catch (LostBlobException)
        {
            await Asked(database, job).ExecuteUpdateAsync(row => row.SetProperty(p => p.LacksBlob, true), cancellationToken);
        }
        finally
        {
            // The build may have ended, and its blobs been removed, while this part put others.
            if (!await database.Builds.AnyAsync(row => row.Id == build.Id, CancellationToken.None))
                await blobs.RemoveAsync(build.Prefix, CancellationToken.None);
        }
    }

    public async Task OnFailedAsync(Job job, string error, CancellationToken cancellationToken)
    {
        await using var database = builds.Open();
        await Asked(database, job).ExecuteUpdateAsync(row => row.SetProperty(p => p.Failure, error), cancellationToken);
    }

    /// <summary>The part, while it waits for this job.</summary>
    private static IQueryable<PartRow> Asked(DatasetsDb database, Job job) => database.Parts.Where(row => row.JobId == job.Id && row.Result == null);

    private async Task<IReadOnlyList<string>> FetchAsync(BuildRow build, string name, IReadOnlyList<string> wanted, string folder, CancellationToken cancellationToken)
    {
        var paths = new List<string>();
        foreach (var sha256 in wanted)
        {
            var path = Path.Combine(folder, $"{name}-{paths.Count:D5}.in");
            await blobs.GetAsync(build, sha256, path, cancellationToken);
            paths.Add(path);
        }
        return paths;
    }
}
