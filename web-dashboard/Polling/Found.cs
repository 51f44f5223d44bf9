namespace ModelOps.Dashboard.Polling;

/// <summary>An answer that may be: there is no such thing.</summary>
public sealed record Found<T>(T? Value) where T : class;

internal static class Found
{
    public static async Task<Found<T>> OrNotAsync<T>(Task<T?> search) where T : class => new(await search);
}
