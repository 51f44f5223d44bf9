using System.Collections.Concurrent;
using ModelOps.Contracts;
using ModelOps.Contracts.Runs;

namespace ModelOps.Monitor.Alerts.Metrics;

/// <summary>How the pipelines' runs end.</summary>
internal sealed class PipelineMetrics(RecentRuns recent) : IMetricSource
{
    public static readonly IReadOnlyList<MetricDefinition> Definitions = [new("run_failures", "Pipeline runs that failed in the window", null, ["pipeline"], "modelops.pipeline.run_failures")];

    public IReadOnlyList<MetricDefinition> Metrics => Definitions;

    public async Task<IReadOnlyList<MetricReading>> ReadAsync(StoreId store, MetricDefinition metric, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        [.. (await recent.OfAsync(store, cancellationToken)).GroupBy(run => run.Pipeline).Select(series =>
            new MetricReading(new Dictionary<string, string> { ["pipeline"] = series.Key }, series.Count(run => run.State == RunState.Failed && run.EndedAt >= from && run.EndedAt < to), series.Count()))];
}

/// <summary>The runs of the last days, asked of the pipeline service every half minute. Its absence is remembered as long, so that the rules on other metrics do not wait for it.</summary>
internal sealed class RecentRuns(IServiceScopeFactory scopes, TimeProvider time)
{
    private const int MostPages = 20;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Runs are listed by when they were made; one that fails within the longest window, a day, may have been made long before.</summary>
    private static readonly TimeSpan Back = TimeSpan.FromDays(3);

    private readonly ConcurrentDictionary<StoreId, (DateTimeOffset At, Task<IReadOnlyList<PipelineRun>> Runs)> asked = new();

    public Task<IReadOnlyList<PipelineRun>> OfAsync(StoreId store, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (!asked.TryGetValue(store, out var last) || now - last.At >= Fresh)
            asked[store] = last = (now, AskAsync(store, now - Back));
        return last.Runs.WaitAsync(cancellationToken);
    }

    private async Task<IReadOnlyList<PipelineRun>> AskAsync(StoreId store, DateTimeOffset since)
    {
        using var patience = new CancellationTokenSource(Patience);
        await using var scope = scopes.CreateAsyncScope();
        var pipeline = scope.ServiceProvider.GetRequiredService<PipelineClient>();
        var runs = new List<PipelineRun>();
        try
        {
            string? after = null;
            for (var pages = 0; pages < MostPages; pages++)
            {
                var page = await pipeline.ListAsync(store, after, patience.Token);
                runs.AddRange(page.Items);
                if ((after = page.Next) is null || page.Items[^1].CreatedAt < since)
                    break;
            }
            return runs;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The pipeline service did not answer within {Patience.TotalSeconds} s.");
        }
    }
}
