using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ModelOps.Contracts.Alerts;
using ModelOps.Monitor.Alerts.Notifiers;
using ModelOps.Monitor.Alerts.Rules;
using ModelOps.Monitor.Quality;

namespace ModelOps.Monitor.Alerts.Delivery;

/// <summary>
/// Sends what is due, each message at least once, to a channel in order. A message is claimed for a while, sent, and marked; a sender
/// that dies in between leaves it claimed, and another sends it again under the same id when the claim has run out.
/// </summary>
internal sealed class Outbox(IServiceScopeFactory scopes, IEnumerable<INotifier> notifiers, RuleBooks books, AlertMetrics metrics, IOptions<AlertOptions> options, TimeProvider time, ILogger<Outbox> logger)
    : BackgroundService
{
    /// <summary>At a time; a receiver that hangs holds up one.</summary>
    private const int Senders = 4;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, INotifier> byKind = notifiers.ToDictionary(notifier => notifier.Kind);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => SendAsync(stoppingToken)));

    private async Task SendAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var isIdle = true;
            try
            {
                isIdle = !await SendNextAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning("Deliveries wait ({Reason})", exception.GetBaseException().Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            if (isIdle)
                await Task.Delay(Pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>False where nothing is due.</returns>
    public async Task<bool> SendNextAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<MonitorDb>();
        if (await ClaimAsync(database, cancellationToken) is not { } delivery)
            return false;
        var book = await books.OfAsync(database, delivery.Store, cancellationToken);
        var channel = book.Channels.GetValueOrDefault(delivery.Channel);
        var error = channel is null ? new DeliveryException($"The channel '{delivery.Channel}' is not in the rules any more.") : await TryAsync(delivery, channel);
        Record(delivery, error);
        metrics.Attempted(channel?.Kind ?? "", delivery.State == DeliveryState.Pending ? "retried" : delivery.State.ToString().ToLowerInvariant());
        if (error is not null)
            logger.LogWarning("Message {Id} to channel {Channel} of store {Store}: {Error} ({State}, attempt {Attempt})", delivery.Id, delivery.Channel, delivery.Store, error.Message, delivery.State, delivery.Attempts);
        try
        {
            await database.SaveChangesAsync(CancellationToken.None);
        }
        catch (DbUpdateConcurrencyException)
        {
            logger.LogWarning("Message {Id} took longer than its claim; another sender has it now", delivery.Id);
        }
        return true;
    }

    /// <summary>The oldest message that is due and before which its channel waits for no other.</summary>
    private async Task<DeliveryRow?> ClaimAsync(MonitorDb database, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var until = now.AddSeconds(options.Value.LeaseSeconds);
        return (await database.AlertDeliveries.FromSql($"""
            UPDATE alert_deliveries SET attempts = attempts + 1, leased_until = {until} WHERE id = (
              SELECT next.id FROM alert_deliveries AS next
              WHERE next.state = 'Pending' AND next.next_attempt_at <= {now} AND (next.leased_until IS NULL OR next.leased_until <= {now})
                AND NOT EXISTS (SELECT 1 FROM alert_deliveries AS before WHERE before.state = 'Pending' AND before.store = next.store AND before.channel = next.channel AND before.number < next.number)
              ORDER BY next.number LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING *
            """).AsTracking().ToListAsync(cancellationToken)).SingleOrDefault();
    }

    /// <summary>Not ended by the service's own end: what was begun is finished.</summary>
    private async Task<DeliveryException?> TryAsync(DeliveryRow delivery, Channel channel)
    {
        var secrets = new ChannelSecrets(options.Value, channel, delivery.Store);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(options.Value.LeaseSeconds * .8));
        try
        {
            await byKind[channel.Kind].SendAsync(new Outgoing(delivery.Id, channel, delivery.Message, secrets, time.GetUtcNow()), patience.Token);
            return null;
        }
        catch (DeliveryException exception)
        {
            return new DeliveryException(secrets.Redact(exception.Message), exception.After);
        }
        catch (Exception exception)
        {
            return new DeliveryException(secrets.Redact($"The message could not be sent: {exception.Message}"));
        }
    }

    private void Record(DeliveryRow delivery, DeliveryException? error)
    {
        var now = time.GetUtcNow();
        delivery.LeasedUntil = null;
        delivery.Log = [.. delivery.Log, new DeliveryAttempt(now, error?.Message)];
        if (error is null)
            (delivery.State, delivery.DeliveredAt) = (DeliveryState.Delivered, now);
        else if (delivery.Attempts >= options.Value.MaxAttempts)
            delivery.State = DeliveryState.Failed;
        else
            delivery.NextAttemptAt = now + Wait(delivery.Attempts, error.After);
    }

    /// <summary>Doubles from attempt to attempt, with a fifth left to chance so that many do not come at once.</summary>
    private TimeSpan Wait(int attempts, TimeSpan? asked)
    {
        var wait = TimeSpan.FromSeconds(options.Value.RetrySeconds * Math.Pow(2, Math.Min(attempts - 1, 20)) * (1 + .2 * Random.Shared.NextDouble()));
        wait = wait < LongestPause ? wait : LongestPause;
        return asked is { } time && time > wait ? (time < LongestPause ? time : LongestPause) : wait;
    }
}
