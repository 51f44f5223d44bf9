using System.Collections.Concurrent;
using ModelOps.Contracts;
using ModelOps.EventLog;
using ModelOps.Privacy;
using Npgsql;

namespace ModelOps.Inference.Recommendations;

/// <summary>
/// The ids under which packages know persons: an e-mail address or a phone number stands hidden there, by the key and the code of data
/// preparation. The event log has the ids as the shop sends them.
/// </summary>
internal sealed class HiddenIds(PersonKeys keys, TimeProvider time, ILogger<HiddenIds> logger)
{
    /// <summary>How long a log that did not answer, or had no key yet, is not asked again.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<StoreId, Known> known = new();

    /// <summary>The id as packages have it; the same one where it names nobody by itself, or the key is not known.</summary>
    public async ValueTask<string> OfAsync(StoreId store, string user, CancellationToken cancellationToken)
    {
        if (!PersonalData.IsIn(user))
            return user;
        if (!known.TryGetValue(store, out var found) || (found.Data is null && found.Until < time.GetUtcNow()))
            known[store] = found = new Known(await AskAsync(store, cancellationToken), time.GetUtcNow() + Rest);
        return found.Data?.Protect(user) ?? user;
    }

    private async Task<PersonalData?> AskAsync(StoreId store, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            // Left behind, not only cancelled: while a connection is being opened, Npgsql may not hear of it.
            return await Task.Run(() => keys.FindAsync(store, patience.Token), patience.Token).WaitAsync(patience.Token) is { } secret ? new PersonalData(secret) : null;
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning("The event log does not tell the key of hidden ids ({Reason}); who stands hidden in packages is not recognised for now", exception.Message);
            return null;
        }
    }

    private sealed record Known(PersonalData? Data, DateTimeOffset Until);
}
