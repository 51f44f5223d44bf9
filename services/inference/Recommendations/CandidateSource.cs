using System.Buffers;
using ModelOps.Contracts.Predictions;
using ModelOps.Features;

namespace ModelOps.Inference.Recommendations;

/// <summary>Finds what may be in an answer, the best first: from what the kind is about, then from the model, then what is popular.</summary>
internal sealed class CandidateSource(Question question, int most)
{
    /// <summary>Of reciprocal rank fusion: how little the first of a list is ahead of the second.</summary>
    private const double RankOffset = 10;

    private readonly List<Candidate> found = new(Math.Min(most, 1000));

    public async Task<List<Candidate>> FindAsync(CancellationToken cancellationToken)
    {
        switch (question.Kind)
        {
            case RecommendationKind.Similar:
                AddRelated(Recommender.Similar, item => item.Similar);
                await AddRankedAsync(question.Anchors, NoCounts, cancellationToken);
                break;
            case RecommendationKind.BoughtTogether:
                AddRelated(Recommender.BoughtTogether, item => item.Together);
                await AddRankedAsync(question.Anchors, NoCounts, cancellationToken);
                break;
            case RecommendationKind.Cart:
                await AddRankedAsync([.. question.Shopper.Items, .. question.Anchors], question.Shopper.Counts, cancellationToken);
                break;
            case RecommendationKind.ForYou:
                await AddRankedAsync(question.Shopper.Items, question.Shopper.Counts, cancellationToken);
                break;
        }
        AddPopular();
        return found;
    }

    private static IReadOnlyDictionary<int, float> NoCounts { get; } = new Dictionary<int, float>();

    /// <summary>What belongs to the anchors; what belongs to several of them comes first.</summary>
    private void AddRelated(string reason, Func<RelatedItem, IReadOnlyList<int>> list)
    {
        var scores = new Dictionary<int, double>();
        foreach (var anchor in question.Anchors)
        {
            foreach (var (rank, index) in list(question.Model.Related.Of(anchor)).Index())
                scores[index] = scores.GetValueOrDefault(index) + 1 / (RankOffset + rank + 1);
        }
        foreach (var (index, score) in scores.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key))
        {
            if (found.Count < most && question.Allows(index))
                found.Add(new Candidate(index, score, reason));
        }
    }

    private async Task AddRankedAsync(int[] history, IReadOnlyDictionary<int, float> counts, CancellationToken cancellationToken)
    {
        var model = question.Model;
        var missing = most - found.Count;
        var row = new long[model.Schema.Length];
        if (missing == 0 || model.Encoder.Encode(history, row) == 0)
            return;
        long[] forbidden = found.Count == 0 ? question.Forbidden : [.. question.Forbidden, .. found.Select(candidate => (long)candidate.Index)];
        var best = new RankedItem[Math.Min(missing, model.Catalogue.Items.Count)];
        var ranked = await model.RankAsync(row, forbidden, counts, best, cancellationToken);
        foreach (var item in best.AsSpan(0, ranked))
            found.Add(new Candidate(item.Index, item.Score, model.Schema.Fusion is not null && counts.ContainsKey(item.Index) ? Recommender.Repeat : Recommender.ByModel));
    }

    /// <summary>Adds what is neither forbidden nor found yet.</summary>
    private void AddPopular()
    {
        var missing = most - found.Count;
        if (missing <= 0)
            return;
        var popularity = question.Model.Catalogue.Popularity;
        var excluded = ArrayPool<bool>.Shared.Rent(popularity.Length);
        try
        {
            var mask = excluded.AsSpan(0, popularity.Length);
            mask.Clear();
            foreach (var index in question.Forbidden)
                mask[(int)index] = true;
            foreach (var candidate in found)
                mask[candidate.Index] = true;
            var top = new RankedItem[missing];
            foreach (var item in top.AsSpan(0, Ranker.Top(popularity, mask, top)))
                found.Add(new Candidate(item.Index, item.Score, Recommender.Popular));
        }
        finally
        {
            ArrayPool<bool>.Shared.Return(excluded);
        }
    }
}
