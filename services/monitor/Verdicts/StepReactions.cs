using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;
using ModelOps.Monitor.Quality;

namespace ModelOps.Monitor.Verdicts;

/// <summary>
/// The sums over an arm's shoppers in a rollout's step, kept from look to look: the same as <see cref="ShopperSums.ReadAsync"/> reads from
/// all the step's minutes. A look reads only the shoppers of minutes that have settled since the last one, and those to whose older
/// answers a reaction came late.
/// </summary>
internal sealed class StepReactions(IMemoryCache cache)
{
    /// <summary>A step that nobody looks at for so long is read anew.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    /// <param name="answers">An arm's, since its step began.</param>
    public async Task<Reactions> OfAsync(MonitorDb database, AnswerFilter answers, CancellationToken cancellationToken)
    {
        // Another pause is another filter.
        var key = (answers.Store, answers.Model, answers.Version, answers.Arm, answers.From, string.Join('|', answers.Pauses));
        var sums = cache.GetOrCreate(key, entry =>
        {
            entry.SlidingExpiration = Kept;
            return new ArmSums(answers.From);
        })!;
        return await sums.UpdateAsync(database, answers, cancellationToken);
    }

    /// <summary>One shopper's, over all minutes.</summary>
    private sealed record ShopperTotals(long Shopper, long Answers, long Impressions, long Clicks, long Purchases)
    {
        public static ShopperTotals None { get; } = new(0, 0, 0, 0, 0);
    }

    private sealed class ArmSums(DateTimeOffset from)
    {
        private readonly Lock turn = new();
        private readonly Dictionary<long, ShopperTotals> shoppers = [];
        private Task<Reactions> last = Task.FromResult(Reactions.None);
        private Reactions sums = Reactions.None;
        private DateTimeOffset until = from;
        private long changes, removals;

        /// <summary>One look after the other.</summary>
        public Task<Reactions> UpdateAsync(MonitorDb database, AnswerFilter answers, CancellationToken cancellationToken)
        {
            lock (turn)
                return last = LookAsync(last, database, answers, cancellationToken);
        }

        private async Task<Reactions> LookAsync(Task before, MonitorDb database, AnswerFilter answers, CancellationToken cancellationToken)
        {
            await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // The cursors before the rows: what changes between the two is read again by the next look.
            var cursors = await database.Cursors.AsNoTracking().Where(row => row.Name == CursorRow.Changes || row.Name == CursorRow.Removals).ToDictionaryAsync(row => row.Name, row => row.Position, cancellationToken);
            var (changed, removed) = (cursors.GetValueOrDefault(CursorRow.Changes), cursors.GetValueOrDefault(CursorRow.Removals));
            if (removed != removals || answers.Until < until)
                Forget(answers.From);
            foreach (var shopper in await (until == answers.From ? AllAsync(database, answers, cancellationToken) : TouchedAsync(database, answers, cancellationToken)))
                Replace(shopper);
            (until, changes, removals) = (answers.Until, changed, removed);
            return sums;
        }

        private void Forget(DateTimeOffset start)
        {
            shoppers.Clear();
            (sums, until) = (Reactions.None, start);
        }

        private void Replace(ShopperTotals now)
        {
            var isNew = !shoppers.TryGetValue(now.Shopper, out var known);
            var before = known ?? ShopperTotals.None;
            shoppers[now.Shopper] = now;
            sums = new Reactions(sums.Answers + now.Answers - before.Answers, Replaced(sums.Clicks, before.Clicks, now.Clicks), Replaced(sums.Purchases, before.Purchases, now.Purchases));

            UserSums Replaced(UserSums all, long hits, long hitsNow) =>
                isNew ? all.With(now.Impressions, hitsNow) : all.Grown(before.Impressions, hits, now.Impressions - before.Impressions, hitsNow - hits);
        }

        private static Task<List<ShopperTotals>> AllAsync(MonitorDb database, AnswerFilter answers, CancellationToken cancellationToken) => database.Database.SqlQuery<ShopperTotals>($"""
            SELECT shopper, sum(answers)::bigint AS answers, sum(impressions)::bigint AS impressions, sum(clicks)::bigint AS clicks, sum(purchases)::bigint AS purchases
            FROM shopper_minutes
            WHERE store = {answers.Store} AND model = {answers.Model} AND start >= {answers.From.ToUniversalTime()} AND start < {answers.Until.ToUniversalTime()}
                AND version = {answers.Version} AND arm = {answers.Arm} AND is_assigned
                AND NOT EXISTS (SELECT FROM unnest({answers.PausedFrom}, {answers.PausedUntil}) AS pause (since, until) WHERE start > pause.since - interval '1 minute' AND start < pause.until)
            GROUP BY shopper
            """).ToListAsync(cancellationToken);

        private Task<List<ShopperTotals>> TouchedAsync(MonitorDb database, AnswerFilter answers, CancellationToken cancellationToken) => database.Database.SqlQuery<ShopperTotals>($"""
            SELECT shopper, sum(answers)::bigint AS answers, sum(impressions)::bigint AS impressions, sum(clicks)::bigint AS clicks, sum(purchases)::bigint AS purchases
            FROM shopper_minutes
            WHERE store = {answers.Store} AND shopper = ANY(ARRAY(
                    SELECT shopper FROM shopper_minutes
                    WHERE store = {answers.Store} AND model = {answers.Model} AND start >= {until.ToUniversalTime()} AND start < {answers.Until.ToUniversalTime()} AND version = {answers.Version} AND arm = {answers.Arm} AND is_assigned
                    UNION
                    SELECT shopper FROM shopper_minutes
                    WHERE store = {answers.Store} AND model = {answers.Model} AND revision > {changes} AND start >= {answers.From.ToUniversalTime()} AND start < {until.ToUniversalTime()} AND version = {answers.Version} AND arm = {answers.Arm} AND is_assigned))
                AND model = {answers.Model} AND start >= {answers.From.ToUniversalTime()} AND start < {answers.Until.ToUniversalTime()}
                AND version = {answers.Version} AND arm = {answers.Arm} AND is_assigned
                AND NOT EXISTS (SELECT FROM unnest({answers.PausedFrom}, {answers.PausedUntil}) AS pause (since, until) WHERE start > pause.since - interval '1 minute' AND start < pause.until)
            GROUP BY shopper
            """).ToListAsync(cancellationToken);
    }
}
