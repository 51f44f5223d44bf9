using ModelOps.Contracts.Clients;

namespace ModelOps.Faults;

/// <summary>What a client of the product does when a call fails.</summary>
internal static class Calls
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>No answer, or one that says that it may pass.</summary>
    public static bool MayPass(Exception exception) =>
        exception is HttpRequestException or IOException or TaskCanceledException or ServiceException { IsTransient: true };

    /// <summary>Repeats a call until it is answered for good, as idempotency allows. For longer than that, nobody waits.</summary>
    public static async Task<T> RepeatAsync<T>(Func<Task<T>> call, TimeSpan? patience = null)
    {
        for (var began = TimeProvider.System.GetTimestamp(); ; await Task.Delay(Pause))
        {
            try
            {
                return await call();
            }
            catch (Exception exception) when (MayPass(exception) && TimeProvider.System.GetElapsedTime(began) < (patience ?? TimeSpan.FromMinutes(15)))
            {
            }
        }
    }
}
