using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Jobs;

namespace ModelOps.DataPrep.Parts;

/// <summary>Asks for a build's parts and waits for them; whoever waits does parts himself meanwhile.</summary>
internal sealed class PartRequests(Builds builds, JobQueue jobs, JobRunner runner)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Asks for a part unless its result is there: of this input, and with all its blobs. What was asked for before and was not done, has failed
    /// or has lost a blob is asked for by a new job.
    /// </summary>
    /// <param name="there">The blobs that the storage had when this attempt began.</param>
    public async Task AskAsync(BuildRow build, PartStage stage, int number, PartInput input, IReadOnlySet<string> there, CancellationToken cancellationToken)
    {
        await using var database = builds.Open();
        var json = JsonSerializer.Serialize(input);
        var part = await database.Parts.FirstOrDefaultAsync(row => row.Build == build.Id && row.Stage == stage && row.Number == number, cancellationToken);
        if (part is not null && part.Input == json && part.Result is { } result && ResultOf(result).Blobs.Values.All(there.Contains))
            return;
        if (part is null)
            database.Parts.Add(part = new PartRow { Build = build.Id, Stage = stage, Number = number, Input = json, JobId = Guid.CreateVersion7() });
        else if (part.Input != json || part.Result is not null || part.Failure is not null || part.LacksBlob || !(await jobs.LiveAsync([part.JobId], cancellationToken)).Contains(part.JobId))
            (part.Input, part.JobId, part.Result, part.Failure, part.LacksBlob) = (json, Guid.CreateVersion7(), null, null, false);
        await database.SaveChangesAsync(cancellationToken);
        await jobs.EnqueueAsync(part.JobId, new StoreId(build.Store), PartJob.Kind, cancellationToken);
    }

    /// <summary>The stage's results, in the order of the parts, once all are there.</summary>
    /// <param name="count">How many parts the stage has; what an earlier attempt asked for beyond is dropped.</param>
    /// <exception cref="LostBlobException">A part needs a blob that is gone.</exception>
    /// <exception cref="PartFailedException">A part could not be done.</exception>
    public async Task<IReadOnlyList<PartResult>> ResultsAsync(BuildRow build, PartStage stage, int count, CancellationToken cancellationToken)
    {
        await using (var database = builds.Open())
            await database.Parts.Where(row => row.Build == build.Id && row.Stage == stage && row.Number >= count).ExecuteDeleteAsync(cancellationToken);
        IReadOnlyList<Guid> waiting = [];
        while (true)
        {
            // First the jobs, then the results: a job that has ended has written its result before.
            var live = await jobs.LiveAsync(waiting, cancellationToken);
            await using var database = builds.Open();
            var parts = await database.Parts.AsNoTracking().Where(row => row.Build == build.Id && row.Stage == stage).OrderBy(row => row.Number).ToListAsync(cancellationToken);
            if (parts.Count < count)
                throw new LostBlobException($"{build.Prefix} (rows of parts)");
            if (parts.Find(part => part.LacksBlob) is { } lacking)
                throw new LostBlobException($"{build.Prefix} (what part {lacking.Number} of the stage {stage} reads)");
            if (parts.Find(part => part.Failure is not null) is { } failed)
                throw new PartFailedException(stage.ToString(), failed.Number, failed.Failure!);
            var open = parts.Where(part => part.Result is null).Select(part => part.JobId).ToList();
            if (open.Count == 0)
                return [.. parts.Select(part => ResultOf(part.Result!))];
            foreach (var part in parts.Where(part => part.Result is null && waiting.Contains(part.JobId) && !live.Contains(part.JobId)))
                await AskAgainAsync(build, part, cancellationToken);
            waiting = open;
            if (!await runner.RunOneAsync([PartJob.Kind], cancellationToken))
                await Task.Delay(Pause, cancellationToken);
        }
    }

    /// <summary>For a job that has ended without a result: cancelled or removed by somebody, or its result is lost.</summary>
    private async Task AskAgainAsync(BuildRow build, PartRow part, CancellationToken cancellationToken)
    {
        await using var database = builds.Open();
        var job = Guid.CreateVersion7();
        if (await database.Parts.Where(row => row.JobId == part.JobId && row.Result == null).ExecuteUpdateAsync(row => row.SetProperty(p => p.JobId, job), cancellationToken) == 1)
            await jobs.EnqueueAsync(job, new StoreId(build.Store), PartJob.Kind, cancellationToken);
    }

    private static PartResult ResultOf(string json) => JsonSerializer.Deserialize<PartResult>(json)!;
}
