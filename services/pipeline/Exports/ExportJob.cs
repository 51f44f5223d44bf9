using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Predictions;
using ModelOps.Contracts.Runs;
using ModelOps.Jobs;
using ModelOps.Pipeline.Runs;
using ModelOps.ServiceDefaults.Blobs;

namespace ModelOps.Pipeline.Exports;

/// <summary>
/// Gathers an export's users, then asks inference for them part by part. A part is first stored and then noted, with how far it comes;
/// whoever takes the job up after a kill goes on after the last one.
/// </summary>
internal sealed class ExportJob(PipelineDb database, KeptBlobs blobs, ExportAudience audience, InferenceClient inference, IOptions<ExportOptions> options, TimeProvider time) : IJobHandler
{
    public const string Kind = "export";
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);

    private readonly ExportOptions options = options.Value;

    public async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        if (await database.Exports.FindAsync([job.Id], cancellationToken) is not { } export || export.State.IsFinal())
            return;
        try
        {
            export.State = RunState.Running;
            var users = await UsersAsync(job, export, cancellationToken);
            while (export.Done < users.Count)
                await AddPartAsync(job, export, [.. users.Skip(export.Done).Take(options.PartUsers)], cancellationToken);
        }
        catch (ServiceException exception) when (!exception.IsTransient)
        {
            throw new FinalJobFailureException(exception.Message, exception);
        }
        export.State = RunState.Succeeded;
        export.EndedAt = time.GetUtcNow();
        await database.SaveChangesAsync(cancellationToken);
        await blobs.DeleteAsync(export.UsersBlob, cancellationToken);
    }

    public async Task OnFailedAsync(Job job, string error, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await database.Exports.Where(row => row.Id == job.Id).ExecuteUpdateAsync(
            row => row.SetProperty(export => export.State, RunState.Failed).SetProperty(export => export.Error, error).SetProperty(export => export.EndedAt, now), cancellationToken);
    }

    /// <summary>The users as they were gathered first: who comes or goes meanwhile does not move the others.</summary>
    private async Task<IReadOnlyList<string>> UsersAsync(Job job, ExportRow export, CancellationToken cancellationToken)
    {
        if (export.Users is not null && await blobs.OpenAsync(export.UsersBlob, cancellationToken) is { } gathered)
        {
            await using (gathered)
                return (await JsonSerializer.DeserializeAsync<List<string>>(gathered, cancellationToken: cancellationToken))!;
        }
        var users = await audience.FindAsync(job.Store, export.Model, export.Request.Users!, cancellationToken);
        await PutAsync(export.UsersBlob, file => JsonSerializer.SerializeAsync(file, users, cancellationToken: cancellationToken), cancellationToken);
        // A list that was lost may not come again as it was: what stands on it begins anew.
        await database.ExportParts.Where(part => part.ExportId == export.Id).ExecuteDeleteAsync(cancellationToken);
        (export.Users, export.Done, export.Bytes) = (users.Count, 0, 0);
        await database.SaveChangesAsync(cancellationToken);
        return users;
    }

    private async Task AddPartAsync(Job job, ExportRow export, IReadOnlyList<string> users, CancellationToken cancellationToken)
    {
        var number = await database.ExportParts.CountAsync(part => part.ExportId == export.Id, cancellationToken);
        var blob = $"{export.Folder}/{number:D6}-{job.Token}"; // a worker that lost its lease writes another one
        var bytes = await PutAsync(blob, async file =>
        {
            foreach (var batch in users.Chunk(options.BatchUsers))
                await ExportLines.WriteAsync(file, export.Format, export.Count, batch, await AskAsync(job, export, batch, cancellationToken));
        }, cancellationToken);
        database.ExportParts.Add(new ExportPartRow { ExportId = export.Id, Number = number, Blob = blob, Users = users.Count, Bytes = bytes });
        export.Done += users.Count;
        export.Bytes += bytes;
        try
        {
            await database.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException)
        {
            await blobs.DeleteAsync(blob, CancellationToken.None); // the export is removed, or another worker's
            throw;
        }
    }

    /// <summary>Asks for one batch, and leaves inference to the shoppers for as long as their share is; for longer when it has too much to do.</summary>
    private async Task<BulkResponse> AskAsync(Job job, ExportRow export, string[] users, CancellationToken cancellationToken)
    {
        for (var rest = TimeSpan.FromSeconds(1); ; rest = rest * 2 < LongestRest ? rest * 2 : LongestRest)
        {
            var started = Stopwatch.GetTimestamp();
            try
            {
                var answer = await inference.RecommendInBulkAsync(job.Store, new RecommendationBatch([.. users.Select(export.Request.For)]), cancellationToken);
                await Task.Delay(Stopwatch.GetElapsedTime(started) * ((1 / options.Share) - 1), cancellationToken);
                return answer;
            }
            catch (ServiceException exception) when (exception.Status == HttpStatusCode.TooManyRequests)
            {
                await Task.Delay(rest, time, cancellationToken);
            }
        }
    }

    private async Task<long> PutAsync(string blob, Func<Stream, Task> write, CancellationToken cancellationToken)
    {
        var path = Path.GetTempFileName();
        try
        {
            await using (var file = File.Create(path))
                await write(file);
            await blobs.PutAsync(blob, path, cancellationToken);
            return new FileInfo(path).Length;
        }
        finally
        {
            File.Delete(path);
        }
    }
}
