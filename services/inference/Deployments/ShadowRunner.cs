using System.Diagnostics;
using System.Threading.Channels;
using ModelOps.Contracts;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Predictions;
using ModelOps.EventLog;
using ModelOps.Inference.Batching;
using ModelOps.Inference.Events;
using ModelOps.Inference.Recommendations;

namespace ModelOps.Inference.Deployments;

/// <summary>Asks a shadow behind the answers, one call at a time, and logs how much it agrees with what was shown. When it cannot keep up, calls are left out.</summary>
internal sealed class ShadowRunner(Router router, Answers answers, ImpressionLog impressions, TimeProvider time, ILogger<ShadowRunner> logger) : BackgroundService
{
    private const int Capacity = 100;

    private readonly Channel<Call> calls = Channel.CreateBounded<Call>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Ask(StoreId store, SplitArm shadow, RecommendationRequest request, IReadOnlyList<string> shown) => calls.Writer.TryWrite(new Call(store, shadow, request, shown));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var call in calls.Reader.ReadAllAsync(stoppingToken))
        {
            if (await AnswerAsync(call, stoppingToken) is { } impression)
                impressions.Add(impression);
        }
    }

    /// <returns>Null where there is too much to do: that says nothing of the version.</returns>
    private async Task<Impression?> AnswerAsync(Call call, CancellationToken cancellationToken)
    {
        var package = call.Shadow.Package;
        var started = Stopwatch.GetTimestamp();
        List<string> items = [];
        var failed = false;
        try
        {
            using var use = router.Use(package) ?? throw new InvalidOperationException("It is not loaded.");
            items = [.. (await answers.ComputeAsync(use.Model, call.Request, cancellationToken)).Select(item => item.Id)];
        }
        catch (NotComputedException)
        {
            return null;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            failed = true;
            logger.LogWarning("{Model} version {Version} cannot answer as a shadow ({Reason})", package.Model, package.Version, exception.Message);
        }
        return new Impression(
            call.Store, Guid.CreateVersion7().ToString("N"), time.GetUtcNow(), package.Model, package.Version, call.Request.User, items, false,
            Stopwatch.GetElapsedTime(started).TotalSeconds, package.Alias, failed, OverlapOf(call.Shown, items));
    }

    private static double OverlapOf(IReadOnlyList<string> shown, List<string> items) =>
        shown.Count == 0 ? (items.Count == 0 ? 1 : 0) : (double)shown.Intersect(items).Count() / shown.Count;

    private sealed record Call(StoreId Store, SplitArm Shadow, RecommendationRequest Request, IReadOnlyList<string> Shown);
}
