using System.Text.Json;
using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Datasets;
using Npgsql;

namespace ModelOps.DataPrep.Imports;

/// <summary>Notes an import's progress about once a second, beside the job: a note that cannot be written is left out, the import goes on.</summary>
internal sealed class ProgressNotes(NpgsqlDataSource database, ILogger<ProgressNotes> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private const int Patience = 5; // s

    /// <summary>Makes a progress <see cref="WorkProgress.Current"/> for the caller and follows it until the result is disposed.</summary>
    public IAsyncDisposable Follow(Guid import)
    {
        var progress = WorkProgress.Current = new WorkProgress();
        var end = new CancellationTokenSource();
        return new Following(Task.Run(() => WriteAsync(import, progress, end.Token)), end);
    }

    private async Task WriteAsync(Guid import, WorkProgress progress, CancellationToken end)
    {
        ImportProgress? written = null;
        using var timer = new PeriodicTimer(Interval);
        try
        {
            do
            {
                if (progress.Snapshot is { } snapshot && snapshot != written && await TryWriteAsync(import, snapshot, end))
                    written = snapshot;
            }
            while (await timer.WaitForNextTickAsync(end));
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The import ended.
        }
    }

    private async Task<bool> TryWriteAsync(Guid import, ImportProgress progress, CancellationToken end)
    {
        try
        {
            await using var command = database.CreateCommand("UPDATE imports SET progress = $2::jsonb WHERE id = $1 AND state = 'Running'");
            command.CommandTimeout = Patience;
            command.Parameters.Add(new() { Value = import });
            command.Parameters.Add(new() { Value = JsonSerializer.Serialize(progress, JsonSerializerOptions.Web) });
            return await command.ExecuteNonQueryAsync(end) > 0;
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            logger.LogDebug("The progress of import {Import} could not be noted ({Reason})", import, exception.Message);
            return false;
        }
    }

    private sealed class Following(Task writing, CancellationTokenSource end) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await end.CancelAsync();
            await writing;
            end.Dispose();
        }
    }
}
