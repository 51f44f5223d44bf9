using System.Text.Json;

namespace ModelOps.Inference.Following;

/// <summary>
/// Follows something that every replica must know within a second, by asking twice a second. What it knows is kept on disk now and
/// then and on stopping, so a restart without the database knows what was known before.
/// </summary>
/// <typeparam name="TState">What is kept on disk.</typeparam>
internal abstract class LogFollower<TState>(string statePath, string what, ILogger logger) : BackgroundService where TState : class
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim turn = new(1);
    private bool isAway;
    private bool isRemembered = true;

    /// <summary>Asks once, now.</summary>
    /// <returns>True when something is new.</returns>
    protected abstract Task<bool> AskAsync(CancellationToken cancellationToken);

    protected abstract TState State();

    protected abstract void Restore(TState state);

    /// <summary>For whoever has just changed it: this replica's next answer knows it.</summary>
    public async Task AskNowAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            isRemembered &= !await AskAsync(cancellationToken);
        }
        finally
        {
            turn.Release();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await RecallAsync();
        var next = DateTimeOffset.UtcNow + Between;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await AskNowAsync(stoppingToken);
                isAway = false;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                if (!isAway)
                    logger.LogWarning("{What} cannot be read ({Reason}); what is known goes on counting", what, exception.Message);
                isAway = true;
            }
            catch (OperationCanceledException)
            {
                break;
            }
            if (DateTimeOffset.UtcNow >= next)
            {
                Remember();
                next = DateTimeOffset.UtcNow + Between;
            }
            await Task.Delay(Pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        Remember();
    }

    private async Task RecallAsync()
    {
        try
        {
            if (File.Exists(statePath))
                Restore(JsonSerializer.Deserialize<TState>(await File.ReadAllBytesAsync(statePath), JsonSerializerOptions.Web)!);
        }
        catch (Exception exception) when (exception is JsonException or IOException or InvalidDataException)
        {
            logger.LogWarning("{Path} cannot be read ({Reason}); waiting for the database", statePath, exception.Message);
        }
    }

    private void Remember()
    {
        if (isRemembered)
            return;
        isRemembered = true;
        try
        {
            var arriving = $"{statePath}.{Environment.ProcessId}";
            File.WriteAllBytes(arriving, JsonSerializer.SerializeToUtf8Bytes(State(), JsonSerializerOptions.Web));
            File.Move(arriving, statePath, overwrite: true);
        }
        catch (IOException exception)
        {
            isRemembered = false;
            logger.LogWarning("{Path} cannot be written ({Reason})", statePath, exception.Message);
        }
    }

    public override void Dispose()
    {
        turn.Dispose();
        base.Dispose();
    }
}
