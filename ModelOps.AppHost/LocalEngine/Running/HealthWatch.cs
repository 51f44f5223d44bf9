using ModelOps.AppHost.LocalEngine.Parts;

namespace ModelOps.AppHost.LocalEngine.Running;

/// <summary>Asks a part how it is: often while it starts or is ill, now and then while it is well.</summary>
internal sealed class HealthWatch(IPart part, Action<string?> onAnswer, BackOff backOff)
{
    private static readonly TimeSpan WhileStarting = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan WhileIll = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan WhileWell = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>One missed answer is a busy machine; two are an illness.</summary>
    private const int MissesUntilIll = 2;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var everWell = false;
        var misses = 0;
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                var reason = await AskAsync(cancellationToken);
                misses = reason is null ? 0 : misses + 1;
                everWell |= reason is null;
                if (reason is null)
                    backOff.SeenHealthy();
                if (reason is null || !everWell || misses >= MissesUntilIll)
                    onAnswer(reason);
                await Task.Delay(reason is null ? WhileWell : everWell ? WhileIll : WhileStarting, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The process ended or shall end.
        }
    }

    private async Task<string?> AskAsync(CancellationToken cancellationToken)
    {
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        soon.CancelAfter(Patience);
        try
        {
            return await part.ProbeAsync(soon.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"no answer within {Patience.TotalSeconds:0} s";
        }
        catch (Exception cause) when (cause is not OperationCanceledException)
        {
            return cause.Message;
        }
    }
}
