using System.Buffers;
using ModelOps.Contracts.Predictions;
using ModelOps.Features;
using ModelOps.Inference.Models;

namespace ModelOps.Inference.Recommendations;

/// <summary>Ranks a catalogue for a shopper: the model's scores, or popularity for whoever has no history.</summary>
internal static class Recommender
{
    public const string ByModel = "model";
    public const string Repeat = "repeat";
    public const string Popular = "popular";

    public static List<RecommendedItem> Recommend(RecommendationModel model, Shopper shopper, RecommendationRequest request)
    {
        var columns = model.Catalogue.Items.Count + 1;
        var excluded = ArrayPool<bool>.Shared.Rent(columns);
        var top = ArrayPool<RankedItem>.Shared.Rent(request.Count);
        try
        {
            var mask = excluded.AsSpan(0, columns);
            Exclude(model, shopper, request, mask);
            var items = new List<RecommendedItem>(request.Count);
            var row = new long[model.Schema.Length];
            if (model.Encoder.Encode(shopper.Items, row) > 0)
                model.Score(row, scores => AddModelled(model, shopper, scores, excluded.AsSpan(0, columns), top.AsSpan(0, request.Count), items));
            if (items.Count < request.Count)
                AddPopular(model, mask, top.AsSpan(0, request.Count - items.Count), items);
            return items;
        }
        finally
        {
            ArrayPool<bool>.Shared.Return(excluded);
            ArrayPool<RankedItem>.Shared.Return(top);
        }
    }

    private static void AddModelled(RecommendationModel model, Shopper shopper, Span<float> scores, Span<bool> mask, Span<RankedItem> top, List<RecommendedItem> items)
    {
        model.Schema.Fusion?.Apply(scores, shopper.Counts);
        var found = Ranker.Top(scores, mask, top);
        foreach (var item in top[..found])
        {
            mask[item.Index] = true;
            items.Add(new RecommendedItem(model.Catalogue.Vocabulary[item.Index], item.Score, shopper.Counts.ContainsKey(item.Index) && model.Schema.Fusion is not null ? Repeat : ByModel));
        }
    }

    private static void AddPopular(RecommendationModel model, Span<bool> mask, Span<RankedItem> top, List<RecommendedItem> items)
    {
        var found = Ranker.Top(model.Catalogue.Popularity, mask, top);
        foreach (var item in top[..found])
            items.Add(new RecommendedItem(model.Catalogue.Vocabulary[item.Index], item.Score, Popular));
    }

    private static void Exclude(RecommendationModel model, Shopper shopper, RecommendationRequest request, Span<bool> mask)
    {
        model.Catalogue.Unavailable.CopyTo(mask);
        if (model.Schema.ExcludeSeen)
        {
            foreach (var index in shopper.Items)
                mask[index] = true;
        }
        foreach (var id in request.Exclude ?? [])
            mask[model.Catalogue.Vocabulary.IndexOf(id)] = true;
        if (request.Filter is not { } filter)
            return;
        for (var index = 1; index < mask.Length; index++)
            mask[index] |= !Matches(model.Catalogue.Items[index - 1], filter);
    }

    private static bool Matches(CatalogueItem item, RecommendationFilter filter) =>
        (filter.Category is null || item.Category?.StartsWith(filter.Category, StringComparison.OrdinalIgnoreCase) == true)
        && (filter.Brand is null || string.Equals(item.Brand, filter.Brand, StringComparison.OrdinalIgnoreCase))
        && (filter.MinPrice is null || item.Price >= filter.MinPrice)
        && (filter.MaxPrice is null || item.Price <= filter.MaxPrice);
}
