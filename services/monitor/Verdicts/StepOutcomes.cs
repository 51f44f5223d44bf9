using Microsoft.Extensions.Caching.Memory;
using ModelOps.Contracts.Deployments;
using ModelOps.Monitor.Outcomes;
using ModelOps.Monitor.Quality;

namespace ModelOps.Monitor.Verdicts;

/// <summary>What became of an arm's searches, or answers to customers, in a rollout's step, as far as its guards ask.</summary>
internal sealed class StepOutcomes(OutcomeReports outcomes, IMemoryCache cache)
{
    /// <summary>All of the step's rows are read, so not at every look.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(10);

    /// <param name="answers">An arm's, since its step began.</param>
    public async Task<IReadOnlyDictionary<string, UserSums>> OfAsync(IReadOnlyList<Guard> guards, AnswerFilter answers, CancellationToken cancellationToken)
    {
        var rates = guards.Select(guard => OutcomeRate.Find(guard.Metric)).OfType<OutcomeRate>().Distinct().ToList();
        if (rates.Count == 0 || answers.Until <= answers.From)
            return new Dictionary<string, UserSums>();
        var key = ("outcomes", answers.Store, answers.Model, answers.Version, answers.Arm, answers.From, string.Join('|', answers.Pauses), string.Join('|', rates.Select(rate => rate.Name)));
        return (await cache.GetOrCreateAsync(key, async entry =>
        {
            entry.AbsoluteExpirationRelativeToNow = Kept;
            var found = new Dictionary<string, UserSums>();
            foreach (var kind in rates.GroupBy(rate => rate.Kind))
            {
                var sums = (await outcomes.SumsAsync(kind.Key, [.. kind], answers, new Grouping(false, false, false), cancellationToken)).SingleOrDefault();
                foreach (var (index, rate) in kind.Index())
                    found[rate.Name] = sums?.Rates[index] ?? UserSums.None;
            }
            return (IReadOnlyDictionary<string, UserSums>)found;
        }))!;
    }
}
