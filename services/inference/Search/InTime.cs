using ModelOps.Inference.Batching;

namespace ModelOps.Inference.Search;

/// <summary>What makes an answer better, but must not make it late.</summary>
internal static class InTime
{
    /// <param name="budget">The request's own deadline ends it sooner.</param>
    /// <returns>Null where it did not come in time, or was refused because there is too much to do.</returns>
    public static async ValueTask<T?> OrNullAsync<T>(TimeSpan budget, TimeProvider time, Func<CancellationToken, ValueTask<T>> compute, CancellationToken cancellationToken) where T : class
    {
        using var late = new CancellationTokenSource(budget, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        var asked = Deadline.Current;
        var own = Deadline.In(budget, time);
        Deadline.Current = asked is null || own.At < asked.At ? own : asked;
        try
        {
            return await compute(either.Token);
        }
        catch (NotComputedException)
        {
            return null;
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            Deadline.Current = asked;
        }
    }
}
