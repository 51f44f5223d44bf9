using System.Diagnostics;
using System.Diagnostics.Metrics;
using ModelOps.Contracts;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Predictions;
using ModelOps.EventLog;
using ModelOps.Inference.Batching;
using ModelOps.Inference.Consents;
using ModelOps.Inference.Deployments;
using ModelOps.Inference.Events;
using ModelOps.Inference.Models;

namespace ModelOps.Inference.Recommendations;

/// <summary>Answers with the version that is the shopper's, and logs what was shown. When an arm on trial fails, the champion answers.</summary>
internal sealed class RoutedAnswers : IDisposable
{
    private readonly Router router;
    private readonly Answers answers;
    private readonly ShadowRunner shadows;
    private readonly ImpressionLog impressions;
    private readonly LiveConsents consents;
    private readonly TimeProvider time;
    private readonly ILogger<RoutedAnswers> logger;
    private readonly Meter meter;
    private readonly Counter<long> given;

    public RoutedAnswers(Router router, Answers answers, ShadowRunner shadows, ImpressionLog impressions, LiveConsents consents, TimeProvider time, IMeterFactory meters, ILogger<RoutedAnswers> logger)
    {
        (this.router, this.answers, this.shadows, this.impressions, this.consents, this.time, this.logger) = (router, answers, shadows, impressions, consents, time, logger);
        meter = meters.Create("ModelOps.Inference");
        given = meter.CreateCounter<long>("modelops.recommendations", description: "Answers by version and arm; failed ones were given by the champion");
    }

    /// <returns>Null when nothing is deployed.</returns>
    public async Task<RecommendationResponse?> FindAsync(StoreId store, string model, RecommendationRequest request, CancellationToken cancellationToken)
    {
        request = consents.Honour(store, request);
        if (router.Use(store, model, request.User ?? request.Session) is not { } routed)
            return null;
        using (routed)
        {
            try
            {
                return await AnswerAsync(store, routed, request, cancellationToken);
            }
            catch (Exception exception) when (routed.Arm != Arm.Champion && exception is not NotComputedException && !cancellationToken.IsCancellationRequested)
            {
                logger.LogWarning(exception, "{Model} version {Version} cannot answer as {Arm}; the champion does", routed.Model.Name, routed.Model.Version, routed.Arm);
            }
        }
        if (router.UseChampion(store, model) is not { } champion)
            return null;
        using (champion)
            return await AnswerAsync(store, new RoutedUse(champion, Arm.Champion, null), request, cancellationToken);
    }

    private async Task<RecommendationResponse> AnswerAsync(StoreId store, RoutedUse routed, RecommendationRequest request, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var token = Guid.CreateVersion7().ToString("N");
        var stages = StageTimes.Begin();
        try
        {
            var (items, cached) = await answers.FindAsync(store, routed.Model, request, cancellationToken);
            Log(store, routed, request, token, items, cached, started, stages, failed: false);
            return new RecommendationResponse(items, new ModelReference(routed.Model.Name, routed.Model.Version), token, cached, routed.Arm);
        }
        catch (Exception exception) when (exception is not OverloadedException && (!cancellationToken.IsCancellationRequested || Deadline.Current?.HasPassed(time) == true))
        {
            Log(store, routed, request, token, [], false, started, stages, failed: true);
            throw;
        }
    }

    private void Log(StoreId store, RoutedUse routed, RecommendationRequest request, string token, List<RecommendedItem> items, bool cached, long started, StageTimes stages, bool failed)
    {
        var model = routed.Model;
        List<string> shown = [.. items.Select(item => item.Id)];
        double[]? propensities = items.Any(item => item.Propensity is not null) ? [.. items.Select(item => item.Propensity ?? 1)] : null;
        var kind = request.Kind ?? RecommendationKind.ForYou;
        given.Add(1, new("model", model.Name), new("version", model.Version), new("arm", routed.Arm), new("failed", failed));
        if (Activity.Current is { IsAllDataRequested: true } span)
            span.AddEvent(new ActivityEvent("feature_flag.evaluation", tags: new() { ["feature_flag.key"] = model.Name, ["feature_flag.result.variant"] = routed.Arm, ["feature_flag.version"] = model.Version }));
        impressions.Add(new Impression(store, token, time.GetUtcNow(), model.Name, model.Version, request.User, shown, cached, Stopwatch.GetElapsedTime(started).TotalSeconds, routed.Arm, failed, null, propensities,
            request.Session, request.Placement ?? kind, stages.Queue?.TotalSeconds, stages.Compute?.TotalSeconds,
            Score: kind == RecommendationKind.ForYou && items.Count > 0 ? items.Max(item => item.Score) : null)); // other kinds score on scales of their own
        if (routed.Shadow is { } shadow && !failed)
            shadows.Ask(store, shadow, request.User, shown, async (other, cancellationToken) => [.. (await answers.ComputeAsync((RecommendationModel)other, request, cancellationToken)).Select(item => item.Id)]);
    }

    public void Dispose() => meter.Dispose();
}
