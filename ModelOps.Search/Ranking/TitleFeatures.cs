using ModelOps.Search.Index;
using ModelOps.Search.Queries;

namespace ModelOps.Search.Ranking;

/// <summary>How a product's title says what a query asks for.</summary>
internal static class TitleFeatures
{
    private static readonly int Count = Enum.GetValues<Feature>().Length;

    public static float[] Of(CatalogueIndex index, int document, SearchQuery query)
    {
        var title = index.Titles[document];
        var features = new float[Count];
        var places = query.Words.Select(word => PlaceOf(title, word)).ToArray();
        if (query.Head >= 0 && places[query.Head] is { Start: >= 0 } head)
        {
            features[(int)Feature.Head] = title.Head >= head.Start && title.Head < head.End ? 1 : 0;
            features[(int)Feature.Modifier] = head.End - 1 < title.Head ? 1 : 0;
        }
        var inTitle = places.Where(place => place.Start >= 0).ToList();
        if (inTitle.Count > 0)
        {
            features[(int)Feature.Aside] = (float)inTitle.Count(place => place.Start >= title.Name) / inTitle.Count;
            features[(int)Feature.Named] = (float)Enumerable.Range(0, title.Name).Count(at => inTitle.Any(place => at >= place.Start && at < place.End)) / Math.Max(1, title.Name);
        }
        if (places.Length > 1)
            features[(int)Feature.Phrase] = (float)Enumerable.Range(1, places.Length - 1).Count(i => places[i].Start >= 0 && places[i - 1].Start >= 0 && (places[i].Start == places[i - 1].End || places[i] == places[i - 1])) / (places.Length - 1);
        features[(int)Feature.Brand] = NamesBrand(index, document, query) ? 1 : 0;
        features[(int)Feature.Popularity] = (float)index.Products[document].Popularity;
        return features;
    }

    /// <summary>Where the title says a word of the query first; -1 where it does not.</summary>
    private static Place PlaceOf(ProductTitle title, QueryWord word)
    {
        var best = new Place(-1, -1);
        foreach (var way in word.Alternatives)
        {
            var at = IndexOf(title.Words, way.Terms);
            if (at >= 0 && (best.Start < 0 || at < best.Start))
                best = new Place(at, at + way.Terms.Count);
        }
        return best;
    }

    private static int IndexOf(string[] words, IReadOnlyList<string> terms)
    {
        for (var at = 0; at + terms.Count <= words.Length; at++)
        {
            var i = 0;
            while (i < terms.Count && words[at + i] == terms[i])
                i++;
            if (i == terms.Count)
                return at;
        }
        return -1;
    }

    private static bool NamesBrand(CatalogueIndex index, int document, SearchQuery query)
    {
        var brand = index.Brands[document];
        return brand.Length > 0 && query.Words.Any(word => word.Alternatives.Any(way => way.Terms.Count == 1 && brand.Contains(way.Terms[0])));
    }

    private readonly record struct Place(int Start, int End);
}
