using System.Collections.Concurrent;

namespace ModelOps.Inference.Recommendations;

/// <summary>Of equal questions that are asked at once the first is computed; the others wait for its answer.</summary>
internal sealed class SingleFlight<T>
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<T>> flights = new();

    public bool IsUnderWay(string question) => flights.ContainsKey(question);

    /// <summary>Whoever joins keeps their own patience: they leave when it ends, and go on by themselves when the first one's ended.</summary>
    /// <param name="joins">Told when this call begins to wait for another's answer.</param>
    /// <param name="endedEarly">Whether a failure is only the first one's, whose patience was shorter.</param>
    public async Task<T> RunAsync(string question, Func<Task<T>> compute, Action joins, Func<Exception, bool> endedEarly, CancellationToken cancellationToken)
    {
        var own = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        while (true)
        {
            var flight = flights.GetOrAdd(question, own);
            if (flight == own)
                return await LeadAsync(question, own, compute);
            joins();
            try
            {
                return await flight.Task.WaitAsync(cancellationToken);
            }
            catch (Exception exception) when (endedEarly(exception) && !cancellationToken.IsCancellationRequested)
            {
                // Asked again: the first of those who waited computes it.
            }
        }
    }

    private async Task<T> LeadAsync(string question, TaskCompletionSource<T> flight, Func<Task<T>> compute)
    {
        try
        {
            var value = await compute();
            flights.TryRemove(question, out _);
            flight.SetResult(value);
            return value;
        }
        catch (Exception exception)
        {
            flights.TryRemove(question, out _);
            flight.SetException(exception);
            _ = flight.Task.Exception; // seen, also where nobody joined
            throw;
        }
    }
}
