using ModelOps.Contracts;
using ModelOps.Contracts.Predictions;

namespace ModelOps.Inference.Recommendations;

/// <summary>Fills a page's shelves from the top; what an earlier shelf shows comes on no later one.</summary>
internal sealed class Pages(RoutedAnswers answers)
{
    private const int MaxShelves = 20;

    /// <returns>Null when nothing is wrong.</returns>
    public static string? Wrong(PageRequest page)
    {
        if (page.Shelves is not { Count: > 0 and <= MaxShelves } shelves)
            return $"'shelves' has {page.Shelves?.Count ?? 0} shelves; it goes from 1 to {MaxShelves}.";
        foreach (var (index, shelf) in shelves.Index())
        {
            if ((shelf is null ? "it is null." : RequestCheck.Wrong(RequestFor(page, shelf, page.Exclude ?? []))) is { } wrong)
                return $"Shelf {index}: {wrong}";
        }
        return null;
    }

    /// <returns>Null when nothing is deployed.</returns>
    public async Task<PageResponse?> FillAsync(StoreId store, string model, PageRequest page, CancellationToken cancellationToken)
    {
        var shown = new List<string>(page.Exclude ?? []);
        var filled = new List<Shelf>();
        foreach (var shelf in page.Shelves!)
        {
            if (await answers.FindAsync(store, model, RequestFor(page, shelf, [.. shown]), cancellationToken) is not { } answer)
                return null;
            var kind = shelf.Kind ?? RecommendationKind.ForYou;
            filled.Add(new Shelf(shelf.Name ?? kind, kind, answer));
            shown.AddRange(answer.Items.Select(item => item.Id));
        }
        return new PageResponse(filled);
    }

    private static RecommendationRequest RequestFor(PageRequest page, ShelfRequest shelf, IReadOnlyList<string> exclude) => RequestCheck.Named(new(
        page.User, null, shelf.Count, page.Model, exclude.Count == 0 ? null : exclude, shelf.Filter, page.Session, shelf.Kind, shelf.Products, shelf.Diversity,
        Placement: PlacementOf(page.Name, shelf.Name ?? shelf.Kind ?? RecommendationKind.ForYou)));

    private static string PlacementOf(string? page, string shelf) => string.IsNullOrEmpty(page) ? shelf : $"{page}/{shelf}";
}
