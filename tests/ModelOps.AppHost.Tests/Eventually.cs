namespace ModelOps.AppHost.Tests;

internal static class Eventually
{
    /// <summary>Asks until the answer is not null; an exception counts as "not yet".</summary>
    public static async Task<T> GetAsync<T>(Func<Task<T?>> ask, string what, int seconds = 180)
    {
        Exception? last = null;
        for (var start = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(seconds);)
        {
            try
            {
                if (await ask() is { } answer)
                    return answer;
            }
            catch (Exception notYet)
            {
                last = notYet;
            }
            await Task.Delay(100);
        }
        throw new TimeoutException($"{what} did not happen within {seconds} s. {last?.Message}");
    }

    public static Task TrueAsync(Func<bool> ask, string what, int seconds = 180) =>
        GetAsync(() => Task.FromResult(ask() ? "yes" : null), what, seconds);
}
