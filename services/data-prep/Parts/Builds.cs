using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Runs;
using ModelOps.DataPrep.Datasets;
using ModelOps.Jobs;
using Npgsql;

namespace ModelOps.DataPrep.Parts;

/// <summary>Which versions are being made, and the end of each: rows first, then jobs, then blobs.</summary>
/// <remarks>It has database contexts of its own: who makes a version has changes in his that are not to be saved yet.</remarks>
internal sealed class Builds(DbContextOptions<DatasetsDb> options, NpgsqlDataSource locks, JobQueue jobs, BuildBlobs blobs)
{
    public DatasetsDb Open() => new(options);

    /// <summary>Notes that a version is being made; call it before anything is looked at, and with the dataset's turn. An earlier build of the same owner and release goes on.</summary>
    public async Task<BuildRow> BeginAsync(StoreId store, string dataset, Guid owner, CancellationToken cancellationToken)
    {
        await using var database = Open();
        if (await database.Builds.AsNoTracking().FirstOrDefaultAsync(row => row.Store == store.Value && row.Dataset == dataset, cancellationToken) is { } earlier)
        {
            if ((earlier.Owner, earlier.Release) == (owner, CodeVersion.Text))
                return earlier;
            await EndAsync(earlier, cancellationToken);
        }
        var build = new BuildRow { Id = Guid.CreateVersion7(), Store = store.Value, Dataset = dataset, Owner = owner, Release = CodeVersion.Text };
        database.Builds.Add(build);
        await database.SaveChangesAsync(cancellationToken);
        return build;
    }

    /// <summary>The terms that the build has, where they are those that it would get now; else it gets these, and no part that it has counts.</summary>
    public async Task<BuildTerms> AgreeAsync(BuildRow build, BuildTerms terms, CancellationToken cancellationToken)
    {
        if (build.Terms is { } json && JsonSerializer.Deserialize<BuildTerms>(json)! is var known && IsSame(known, terms))
            return known;
        await using var database = Open();
        var dropped = await database.Parts.Where(row => row.Build == build.Id).Select(row => row.JobId).ToListAsync(cancellationToken);
        await database.Parts.Where(row => row.Build == build.Id).ExecuteDeleteAsync(cancellationToken);
        foreach (var job in dropped)
            await jobs.CancelAsync(job, cancellationToken);
        await KeepAsync(build, terms, cancellationToken);
        return terms;
    }

    public async Task KeepAsync(BuildRow build, BuildTerms terms, CancellationToken cancellationToken)
    {
        build.Terms = JsonSerializer.Serialize(terms);
        await using var database = Open();
        await database.Builds.Where(row => row.Id == build.Id).ExecuteUpdateAsync(row => row.SetProperty(b => b.Terms, build.Terms), cancellationToken);
    }

    /// <summary>
    /// Ends a build, whatever became of it. A part that still runs finds no row to write its result to, and removes what it put meanwhile; what
    /// is put by one that is killed then, <see cref="SweepAsync"/> finds.
    /// </summary>
    public async Task EndAsync(BuildRow build, CancellationToken cancellationToken)
    {
        await using var database = Open();
        var asked = await database.Parts.Where(row => row.Build == build.Id).Select(row => row.JobId).ToListAsync(cancellationToken);
        await database.Builds.Where(row => row.Id == build.Id).ExecuteDeleteAsync(cancellationToken); // and its parts
        foreach (var job in asked)
            await jobs.CancelAsync(job, cancellationToken);
        if (build.Terms is not null)
            await blobs.RemoveAsync(build.Prefix, cancellationToken);
    }

    /// <summary>Ends what a job that has failed for good has left.</summary>
    public async Task EndOfOwnerAsync(Guid owner, CancellationToken cancellationToken)
    {
        await using var database = Open();
        foreach (var build in await database.Builds.AsNoTracking().Where(row => row.Owner == owner).ToListAsync(cancellationToken))
            await EndAsync(build, cancellationToken);
    }

    /// <summary>How old blobs without a build's row are before they go: another deployment may keep its own in the same container.</summary>
    public static readonly TimeSpan SweptAfter = TimeSpan.FromDays(2);

    /// <summary>Removes what killed replicas have left: builds that nobody makes or will take up again, and blobs of builds that have ended.</summary>
    /// <param name="blobsBefore">Blobs without a build's row go if they were all put before this.</param>
    public async Task SweepAsync(DateTimeOffset blobsBefore, CancellationToken cancellationToken)
    {
        await using var database = Open();
        foreach (var build in await database.Builds.AsNoTracking().ToListAsync(cancellationToken))
        {
            await using var turn = await locks.TryTakeTurnAsync(DatasetVersions.TurnOf(new StoreId(build.Store), build.Dataset), cancellationToken);
            if (turn is null
                || await database.Imports.AnyAsync(row => row.Id == build.Owner && (row.State == RunState.Queued || row.State == RunState.Running), cancellationToken)
                || await database.Preparations.AnyAsync(row => row.Id == build.Owner && (row.State == RunState.Queued || row.State == RunState.Running), cancellationToken))
                continue;
            await EndAsync(build, cancellationToken);
        }
        // A build's row is there before its first blob: who has blobs and no row has ended.
        var left = await blobs.BuildsAsync(cancellationToken);
        var known = (await database.Builds.Select(row => row.Id).ToListAsync(cancellationToken)).ToHashSet();
        foreach (var (_, prefix) in left.Where(build => !known.Contains(build.Build)))
        {
            if (await blobs.AreOlderAsync(prefix, blobsBefore, cancellationToken))
                await blobs.RemoveAsync(prefix, cancellationToken);
        }
    }

    private static bool IsSame(BuildTerms known, BuildTerms terms) =>
        JsonSerializer.Serialize(known with { Now = default, Buckets = 0, Log = null }) == JsonSerializer.Serialize(terms with { Now = default, Buckets = 0, Log = null });
}
