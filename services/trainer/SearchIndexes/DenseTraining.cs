using ModelOps.Search;
using ModelOps.Search.Learning;
using ModelOps.Search.Vectors;
using ModelOps.Trainer.Texts;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.SearchIndexes;

/// <param name="Folder">The package of the encoder that learned from everything.</param>
/// <param name="Near">By judged query, by an encoder that has not learned from it.</param>
internal sealed record TrainedVectors(string Folder, ItemVectors Items, IReadOnlyList<QueryNeighbours> Near, TextReport Report);

/// <summary>
/// Trains the encoder of a search: the language of the catalogue, then queries that are made of titles, then judged queries. The
/// last is done once for each fold without its queries, so that what vectors are worth is measured on queries that no encoder has seen.
/// </summary>
internal sealed class DenseTraining(SearchParameters parameters, SearchEngine engine, string scratch, string? checkpoint, Action<WorkerMessage> report)
{
    private const int Folds = 3, MostTitles = 30_000, TitlesAPair = 3, MostPairsPerQuery = 20, MostNegatives = 2;
    private const double Answers = .5;

    private readonly string[] texts = [.. engine.Index.Products.Select(ItemText.Of)];
    private int passes;

    /// <param name="queries">Judged; too few to measure by are learned from all the same.</param>
    public TrainedVectors Train(IReadOnlyList<JudgedQuery> queries)
    {
        var titles = new TitleQueries(engine, parameters.Seed).Make(MostTitles).ConvertAll(query => new TextPair(query.Text, texts[query.Document], [.. query.Others.Select(other => texts[other])]));
        var language = Path.Combine(scratch, "language");
        var options = parameters.ToEncoder(checkpoint);
        var trained = TextTraining.TrainEncoder(options, texts, titles, language, Tell);
        var (foldOf, learns) = (FoldsOf(queries), parameters.JudgedPasses > 0 && queries.Count >= Folds);
        var near = new QueryNeighbours[queries.Count];
        for (var fold = 0; fold < Folds && learns && queries.Count > 0; fold++)
        {
            var folder = Path.Combine(scratch, $"fold{fold}");
            Learn(options, language, titles, [.. queries.Where((_, i) => foldOf[i] != fold)], folder);
            Ask(folder, queries, [.. Enumerable.Range(0, queries.Count).Where(i => foldOf[i] == fold)], near);
            Directory.Delete(folder, recursive: true);
        }
        if (!learns)
            return new TrainedVectors(language, Ask(language, queries, [.. Enumerable.Range(0, queries.Count)], near), near, trained);
        var last = Path.Combine(scratch, "encoder");
        trained = Learn(options, language, titles, queries, last) with { PretrainingLoss = trained.PretrainingLoss };
        return new TrainedVectors(last, Ask(last, queries, [], near), near, trained);
    }

    /// <summary>Judged queries among ones of titles, so that what was learned of the catalogue is not forgotten over a few.</summary>
    private TextReport Learn(TextOptions options, string language, List<TextPair> titles, IReadOnlyList<JudgedQuery> queries, string folder)
    {
        List<TextPair> judged = [.. queries.SelectMany(PairsOf)];
        return TextTraining.TrainEncoder(options with { Checkpoint = language, PretrainingPasses = 0, Passes = parameters.JudgedPasses }, [], [.. judged, .. titles.Take(TitlesAPair * judged.Count)], folder, Tell);
    }

    private IEnumerable<TextPair> PairsOf(JudgedQuery query)
    {
        var most = query.Grades.Values.Max();
        string[] fails = [.. query.Grades.Where(grade => grade.Value <= 0).Select(grade => TextOf(grade.Key)).OfType<string>()];
        return query.Grades.Where(grade => grade.Value >= Answers * most).OrderByDescending(grade => grade.Value).Take(MostPairsPerQuery).Select(grade => TextOf(grade.Key)).OfType<string>()
            .Select((text, at) => new TextPair(query.Text, text, [.. Enumerable.Range(0, Math.Min(MostNegatives, fails.Length)).Select(number => fails[(at * MostNegatives + number) % fails.Length])]));
    }

    private string? TextOf(string product) => engine.Documents.TryGetValue(product, out var document) ? texts[document] : null;

    private ItemVectors Ask(string folder, IReadOnlyList<JudgedQuery> queries, int[] asked, QueryNeighbours[] near)
    {
        using var exported = new ExportedTexts(folder);
        var items = ItemVectors.Of(exported.Of(texts));
        foreach (var (i, vector) in asked.Zip(exported.Of([.. asked.Select(i => queries[i].Text)])))
            near[i] = items.Near(vector);
        return items;
    }

    private int[] FoldsOf(IReadOnlyList<JudgedQuery> queries)
    {
        var order = Enumerable.Range(0, queries.Count).ToArray();
        new Random(parameters.Seed).Shuffle(order);
        var folds = new int[queries.Count];
        foreach (var (place, i) in order.Index())
            folds[i] = place % Folds;
        return folds;
    }

    private void Tell(string phase, int pass, double loss)
    {
        report(new WorkerMessage(Phase: phase));
        if (double.IsFinite(loss))
            report(new WorkerMessage(Epoch: new Contracts.Runs.EpochPoint(phase, ++passes, loss, null, null, 0)));
    }
}
