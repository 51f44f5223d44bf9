using ModelOps.Search;
using ModelOps.Search.Learning;
using ModelOps.Search.Vectors;
using ModelOps.Trainer.Texts;

namespace ModelOps.Trainer.SearchIndexes;

/// <param name="Folder">The package of the encoder that learned from everything.</param>
/// <param name="Near">By judged query, by an encoder that has not learned from it.</param>
internal sealed record TrainedVectors(string Folder, ItemVectors Items, IReadOnlyList<QueryNeighbours> Near, TextReport Report);

/// <summary>
/// Trains the encoder of a search's vectors on judged queries, once for each part of them without that part, so that what vectors are
/// worth is measured on queries that no encoder has seen, and once on all.
/// </summary>
internal sealed class DenseTraining(int passes, SearchEngine engine, CatalogueLanguage language, string scratch)
{
    private const int TitlesAPair = 3, MostPairsPerQuery = 20, MostNegatives = 2;
    private const double Answers = .5;

    /// <param name="queries">Judged; none leaves the encoder as the catalogue made it.</param>
    public TrainedVectors Train(IReadOnlyList<JudgedQuery> queries)
    {
        var near = new QueryNeighbours[queries.Count];
        if (passes == 0 || queries.Count < CatalogueLanguage.Folds)
            return new TrainedVectors(language.Folder, Ask(language.Folder, queries, [.. Enumerable.Range(0, queries.Count)], near), near, language.Report);
        var folds = language.FoldsOf(queries);
        for (var fold = 0; fold < CatalogueLanguage.Folds; fold++)
        {
            var folder = Path.Combine(scratch, $"dense{fold}");
            Learn([.. queries.Where((_, i) => folds[i] != fold)], folder);
            Ask(folder, queries, [.. Enumerable.Range(0, queries.Count).Where(i => folds[i] == fold)], near);
            Directory.Delete(folder, recursive: true);
        }
        var last = Path.Combine(scratch, "dense");
        var trained = Learn(queries, last) with { PretrainingLoss = language.Report.PretrainingLoss };
        return new TrainedVectors(last, Ask(last, queries, [], near), near, trained);
    }

    /// <summary>Judged queries among ones of titles, so that what was learned of the catalogue is not forgotten over a few.</summary>
    private TextReport Learn(IReadOnlyList<JudgedQuery> queries, string folder)
    {
        List<TextPair> judged = [.. queries.SelectMany(PairsOf)];
        var titles = language.Queries.Take(TitlesAPair * judged.Count).Select(query => new TextPair(query.Text, language.Texts[query.Document], [.. query.Others.Select(other => language.Texts[other])]));
        return TextTraining.TrainEncoder(language.Options with { Passes = passes }, [], [.. judged, .. titles], folder, language.Tell);
    }

    private IEnumerable<TextPair> PairsOf(JudgedQuery query)
    {
        var most = query.Grades.Values.Max();
        string[] fails = [.. query.Grades.Where(grade => grade.Value <= 0).Select(grade => TextOf(grade.Key)).OfType<string>()];
        return query.Grades.Where(grade => grade.Value >= Answers * most).OrderByDescending(grade => grade.Value).Take(MostPairsPerQuery).Select(grade => TextOf(grade.Key)).OfType<string>()
            .Select((text, at) => new TextPair(query.Text, text, [.. Enumerable.Range(0, Math.Min(MostNegatives, fails.Length)).Select(number => fails[(at * MostNegatives + number) % fails.Length])]));
    }

    private string? TextOf(string product) => engine.Documents.TryGetValue(product, out var document) ? language.Texts[document] : null;

    private ItemVectors Ask(string folder, IReadOnlyList<JudgedQuery> queries, int[] asked, QueryNeighbours[] near)
    {
        using var exported = new ExportedTexts(folder);
        var items = ItemVectors.Of(exported.Of(language.Texts));
        foreach (var (i, vector) in asked.Zip(exported.Of([.. asked.Select(i => queries[i].Text)])))
            near[i] = items.Near(vector);
        return items;
    }
}
