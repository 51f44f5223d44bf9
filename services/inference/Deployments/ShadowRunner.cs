using System.Diagnostics;
using System.Threading.Channels;
using ModelOps.Contracts;
using ModelOps.Contracts.Deployments;
using ModelOps.EventLog;
using ModelOps.Inference.Batching;
using ModelOps.Inference.Events;
using ModelOps.Inference.Models;

namespace ModelOps.Inference.Deployments;

/// <summary>Asks a shadow behind the answers, one call at a time, and logs how much it agrees with what was shown. When it cannot keep up, calls are left out.</summary>
internal sealed class ShadowRunner(Router router, ImpressionLog impressions, TimeProvider time, ILogger<ShadowRunner> logger) : BackgroundService
{
    private const int Capacity = 100;

    private readonly Channel<Call> calls = Channel.CreateBounded<Call>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <param name="shown">What the answer consisted of: products, or what else is compared.</param>
    /// <param name="answer">Asks the version on trial, and has no effect but its result.</param>
    public void Ask(StoreId store, SplitArm shadow, string? user, IReadOnlyList<string> shown, ShadowAnswer answer) => calls.Writer.TryWrite(new Call(store, shadow, user, shown, answer));

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
        IReadOnlyList<string> items = [];
        var failed = false;
        try
        {
            using var use = router.Use(package) ?? throw new InvalidOperationException("It is not loaded.");
            items = await call.Answer(use.Model, cancellationToken);
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
            call.Store, Guid.CreateVersion7().ToString("N"), time.GetUtcNow(), package.Model, package.Version, call.User, items, false,
            Stopwatch.GetElapsedTime(started).TotalSeconds, package.Alias, failed, OverlapOf(call.Shown, items));
    }

    private static double OverlapOf(IReadOnlyList<string> shown, IReadOnlyList<string> items) =>
        shown.Count == 0 ? (items.Count == 0 ? 1 : 0) : (double)shown.Intersect(items).Count() / shown.Count;

    private sealed record Call(StoreId Store, SplitArm Shadow, string? User, IReadOnlyList<string> Shown, ShadowAnswer Answer);
}

/// <summary>What a version on trial would have shown.</summary>
internal delegate Task<IReadOnlyList<string>> ShadowAnswer(LoadedModel model, CancellationToken cancellationToken);
