using System.Diagnostics.Metrics;
using System.Threading.Channels;
using ModelOps.EventLog;
using Npgsql;

namespace ModelOps.Inference.Events;

/// <summary>Writes what was shown, in batches behind the answers. If the event log is away long, the oldest impressions are dropped and counted.</summary>
internal sealed class ImpressionLog : BackgroundService
{
    private const int Capacity = 20_000;
    private const int BatchSize = 1000;
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(200);

    private readonly ShopEvents events;
    private readonly ILogger<ImpressionLog> logger;
    private readonly Meter meter;
    private readonly Channel<Impression> channel;

    public ImpressionLog(ShopEvents events, IMeterFactory meters, ILogger<ImpressionLog> logger)
    {
        this.events = events;
        this.logger = logger;
        meter = meters.Create("ModelOps.Inference");
        var dropped = meter.CreateCounter<long>("modelops.impressions.dropped", description: "Impressions lost because the event log was away too long");
        channel = Channel.CreateBounded<Impression>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }, _ => dropped.Add(1));
    }

    public void Add(Impression impression) => channel.Writer.TryWrite(impression);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<Impression>(BatchSize);
        while (await WaitAsync(stoppingToken))
        {
            while (channel.Reader.TryRead(out var impression))
            {
                batch.Add(impression);
                if (batch.Count < BatchSize)
                    continue;
                await WriteAsync(batch, stoppingToken);
                batch.Clear();
            }
            if (batch.Count > 0)
                await WriteAsync(batch, stoppingToken);
            batch.Clear();
        }
    }

    /// <summary>True while there may be something to write; on stopping, until the channel is empty.</summary>
    private async Task<bool> WaitAsync(CancellationToken stopping)
    {
        try
        {
            await channel.Reader.WaitToReadAsync(stopping);
            await Task.Delay(Gather, stopping);
        }
        catch (OperationCanceledException)
        {
            return channel.Reader.Count > 0;
        }
        return true;
    }

    private async Task WriteAsync(List<Impression> batch, CancellationToken stopping)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await events.AppendImpressionsAsync(batch, CancellationToken.None);
                return;
            }
            catch (PostgresException exception) when (IsOfTheData(exception) && batch.Count > 1)
            {
                // One that the log cannot keep must not keep the others out.
                foreach (var impression in batch)
                    await WriteAsync([impression], stopping);
                return;
            }
            catch (PostgresException exception) when (IsOfTheData(exception))
            {
                logger.LogError("An impression of {Model} ({Store}) cannot be kept and is dropped ({Reason})", batch[0].Model, batch[0].Store, exception.MessageText);
                return;
            }
            catch (Exception exception) when (!stopping.IsCancellationRequested)
            {
                logger.LogWarning("Impressions cannot be written ({Reason}), attempt {Attempt}", exception.Message, attempt);
                await Task.Delay(TimeSpan.FromSeconds(Math.Min(attempt, 10)), CancellationToken.None);
            }
        }
    }

    /// <summary>Of a value, so that it fails each time (SQLSTATE class 22); whatever else is wrong with the log may pass, as its restart does.</summary>
    private static bool IsOfTheData(PostgresException exception) => exception.SqlState.StartsWith("22", StringComparison.Ordinal);

    public override void Dispose()
    {
        meter.Dispose();
        base.Dispose();
    }
}
