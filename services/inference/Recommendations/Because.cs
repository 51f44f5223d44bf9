using ModelOps.Contracts.Predictions;

namespace ModelOps.Inference.Recommendations;

/// <summary>Finds the evidence behind products: what the shopper did, or asked about, beside which others chose them too.</summary>
internal static class Because
{
    /// <summary>Of a long history, the latest products.</summary>
    private const int Looked = 50;

    /// <summary>By item index, the item index of the evidence. What only is popular, or was pinned, has none.</summary>
    public static Dictionary<int, int> Of(Question question, IReadOnlyList<Candidate> candidates)
    {
        var best = new Dictionary<int, (int Evidence, int Rank)>();
        var explained = candidates.Where(candidate => candidate.Reason is not (Recommender.Popular or Recommender.Pinned or Recommender.Repeat)).Select(candidate => candidate.Index).ToHashSet();
        foreach (var known in Known(question))
        {
            var related = question.Model.Related.Of(known);
            foreach (var list in new[] { related.Similar, related.Together })
            {
                for (var rank = 0; rank < list.Count; rank++)
                {
                    if (explained.Contains(list[rank]) && (!best.TryGetValue(list[rank], out var before) || rank < before.Rank))
                        best[list[rank]] = (known, rank);
                }
            }
        }
        return best.ToDictionary(pair => pair.Key, pair => pair.Value.Evidence);
    }

    /// <summary>The latest first.</summary>
    private static IEnumerable<int> Known(Question question) => question.Kind switch
    {
        RecommendationKind.Similar or RecommendationKind.BoughtTogether => question.Anchors,
        RecommendationKind.Popular => [],
        _ => question.Anchors.Concat(question.Shopper.Items.Reverse().Distinct().Take(Looked)),
    };
}
