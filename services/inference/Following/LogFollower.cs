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
    private bool hasAsked;
    private bool isAway;
    private bool isRemembered = true;

    /// <summary>Asks once, now.</summary>
    /// <param name="isFirst">What was known from disk only, and is no longer there, is to be forgotten.</param>
    /// <returns>True when something is new.</returns>
    protected abstract Task<bool> AskAsync(bool isFirst, CancellationToken cancellationToken);

    protected abstract TState State();

    protected abstract void Restore(TState state);

    /// <summary>For whoever has just changed it: this replica's next answer knows it. Where that fails, the following knows it soon.</summary>
    public async Task HurryAsync()
    {
        try
        {
            await AskInTurnAsync(CancellationToken.None);
        }
        catch (Exception exception)
        {
            logger.LogWarning("{What} cannot be read ({Reason}); asking again", what, exception.Message);
        }
    }

    /// <summary>What was known before is known before the first answer.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await RecallAsync();
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var next = DateTimeOffset.UtcNow + Between;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await AskInTurnAsync(stoppingToken);
                isAway = false;
            }
            catch (Exception exception)
            {
                if (!isAway && !stoppingToken.IsCancellationRequested)
                    logger.LogWarning("{What} cannot be read ({Reason}); what is known goes on counting", what, exception.Message);
                isAway = true;
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

    private async Task AskInTurnAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            isRemembered &= !await AskAsync(!hasAsked, cancellationToken);
            hasAsked = true;
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task RecallAsync()
    {
        await turn.WaitAsync();
        try
        {
            if (!hasAsked && File.Exists(statePath) && JsonSerializer.Deserialize<TState>(await File.ReadAllBytesAsync(statePath), JsonSerializerOptions.Web) is { } state)
                Restore(state);
        }
        catch (Exception exception)
        {
            logger.LogWarning("{Path} cannot be read ({Reason}); waiting for the database", statePath, exception.Message);
        }
        finally
        {
            turn.Release();
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
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
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
