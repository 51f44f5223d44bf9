using ModelOps.Contracts;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Quality;
using ModelOps.Contracts.Runs;
using ModelOps.Contracts.Versions;
using ModelOps.Monitor.Verdicts;

namespace ModelOps.Monitor.Quality;

/// <summary>Holds what a version's training measured against what shoppers did.</summary>
internal sealed class Promises(RegistryClient registry, MonitorDb database, TimeProvider time)
{
    /// <param name="length">Before and after the promotion, where there was no rollout to compare in.</param>
    /// <returns>Null when the version never replaced another champion.</returns>
    public async Task<Promise?> FindAsync(StoreId store, string model, int version, string metric, TimeSpan length, CancellationToken cancellationToken)
    {
        if (await registry.FindAsync(store, model, cancellationToken) is not { } registered)
            return null;
        var promotion = (await registry.AliasHistoryAsync(store, model, cancellationToken)).Items
            .Where(change => change.Alias == Arm.Champion && change.To == version && change.From is { } from && from != version).MinBy(change => change.At);
        if (promotion is not { From: { } champion })
            return null;
        var offline = OfflineGain(registered.Versions.FirstOrDefault(v => v.Version == version), registered.Versions.FirstOrDefault(v => v.Version == champion), metric);
        var (before, after, compared) = await OnlineAsync(store, model, version, champion, promotion.At, length, cancellationToken);
        var online = Interval.Difference(after, before);
        var outcome = OutcomeOf(offline, online);
        return new Promise(model, version, champion, promotion.At, metric, offline, compared, Interval.Of(before), Interval.Of(after), online, outcome, ReasonOf(outcome, offline, online, metric));
    }

    internal static Estimate? OfflineGain(ModelVersion? version, ModelVersion? champion, string metric)
    {
        if (version is null || champion is null || !version.Metrics.TryGetValue(metric, out var own) || !champion.Metrics.TryGetValue(metric, out var usual))
            return null;
        var half = Half(version, metric) is { } a && Half(champion, metric) is { } b ? Math.Sqrt((a * a) + (b * b)) : (double?)null; // two trainings' test cases are not the same
        return new Estimate(own - usual, own - usual - half, own - usual + half);
    }

    internal static PromiseOutcome OutcomeOf(Estimate? offline, Estimate? online) =>
        offline is not { Value: > 0 } ? PromiseOutcome.NothingPromised
        : online?.Low > 0 ? PromiseOutcome.Arrived
        : online?.High <= 0 ? PromiseOutcome.NotArrived
        : PromiseOutcome.CannotTellYet;

    private static double? Half(ModelVersion version, string metric) =>
        version.Metrics.TryGetValue(MetricName.Low(metric), out var low) && version.Metrics.TryGetValue(MetricName.High(metric), out var high) ? (high - low) / 2 : null;

    /// <summary>In the rollout that ended with the promotion, if it showed both to shoppers; else before and after.</summary>
    private async Task<(UserSums Before, UserSums After, PromiseComparison Compared)> OnlineAsync(
        StoreId store, string model, int version, int champion, DateTimeOffset promotedAt, TimeSpan length, CancellationToken cancellationToken)
    {
        var rollout = (await registry.ListRolloutsAsync(store, model, cancellationToken)).Items.FirstOrDefault(rollout =>
            rollout is { State: RolloutState.Promoted, EndedAt: not null } && rollout.Champion == champion && rollout.Trials.Any(arm => arm.Version == version)
            && rollout.StartedAt <= promotedAt && rollout.EndedAt >= promotedAt.AddMinutes(-1));
        if (rollout?.Trials.First(arm => arm.Version == version) is { } trial)
        {
            var during = new AnswerFilter(store.Value, model, rollout.StartedAt, promotedAt, AssignedOnly: true);
            var after = await ClicksAsync(during with { Version = version, Arm = trial.Name }, cancellationToken);
            var before = await ClicksAsync(during with { Version = champion, Arm = rollout.Baseline.Name }, cancellationToken);
            if (after.Trials > 0 && before.Trials > 0)
                return (before, after, PromiseComparison.AtOnce);
        }
        var now = time.GetUtcNow();
        var until = promotedAt + length < now ? promotedAt + length : now;
        var answers = new AnswerFilter(store.Value, model, promotedAt, until, version);
        return (await ClicksAsync(answers with { From = promotedAt - length, Until = promotedAt, Version = champion }, cancellationToken), await ClicksAsync(answers, cancellationToken), PromiseComparison.BeforeAndAfter);
    }

    private async Task<UserSums> ClicksAsync(AnswerFilter filter, CancellationToken cancellationToken) =>
        (await ShopperSums.ReadAsync(database, filter, new Grouping(false, false, false), cancellationToken)).SingleOrDefault()?.Clicks ?? UserSums.None;

    private static string ReasonOf(PromiseOutcome outcome, Estimate? offline, Estimate? online, string metric) => outcome switch
    {
        PromiseOutcome.NothingPromised => offline is null ? $"The trainings of the two do not both have {metric}." : $"Offline the version had {Written(offline)} in {metric} over the champion: nothing was promised.",
        PromiseOutcome.Arrived => $"Promised: {Written(offline)} in {metric}. Arrived: {Written(online)} in clicks per product shown.",
        PromiseOutcome.NotArrived => $"Promised: {Written(offline)} in {metric}. Shoppers clicked no more: {Written(online)} in clicks per product shown.",
        _ => online is null ? "One of the two was not shown in the time that is compared." : $"Promised: {Written(offline)} in {metric}. Clicks per product shown changed by {Written(online)}, which may be chance still.",
    };

    private static string Written(Estimate? measured) => measured is null ? "nothing known"
        : measured is { Low: { } low, High: { } high } ? $"{measured.Value:+0.0000;-0.0000} ({low:+0.0000;-0.0000} … {high:+0.0000;-0.0000})" : $"{measured.Value:+0.0000;-0.0000}";
}
