using ModelOps.Search;
using ModelOps.Search.Learning;
using ModelOps.Search.Vectors;
using ModelOps.Trainer.Texts;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.SearchIndexes;

/// <summary>
/// An encoder that has read the catalogue and queries that are made of its titles, but nothing that anybody judged: with it begin the
/// encoder of the vectors and the reranker.
/// </summary>
/// <param name="Folder">Its package, which is a checkpoint as well.</param>
/// <param name="Texts">Of the products, by document.</param>
/// <param name="Queries">Made of titles.</param>
internal sealed record CatalogueLanguage(string Folder, TextOptions Options, IReadOnlyList<string> Texts, IReadOnlyList<TitleQuery> Queries, TextReport Report, Action<string, int, double> Tell)
{
    /// <summary>Parts of the judged queries; each is measured by a network that has learned from the others.</summary>
    public const int Folds = 3;

    private const int MostTitles = 30_000;

    /// <param name="checkpoint">The folder of the network to begin with; null where it is made here.</param>
    public static CatalogueLanguage Learn(SearchParameters parameters, SearchEngine engine, string folder, string? checkpoint, Action<WorkerMessage> report)
    {
        var passes = 0;
        var (texts, options) = (engine.Index.Products.Select(ItemText.Of).ToArray(), parameters.ToEncoder(checkpoint));
        var queries = new TitleQueries(engine, parameters.Seed).Make(MostTitles);
        var trained = TextTraining.TrainEncoder(options, texts, [.. queries.Select(query => new TextPair(query.Text, texts[query.Document], [.. query.Others.Select(other => texts[other])]))], folder, Tell);
        return new CatalogueLanguage(folder, options with { Checkpoint = folder, PretrainingPasses = 0 }, texts, queries, trained, Tell);

        void Tell(string phase, int pass, double loss)
        {
            report(new WorkerMessage(Phase: phase));
            if (double.IsFinite(loss))
                report(new WorkerMessage(Epoch: new Contracts.Runs.EpochPoint(phase, ++passes, loss, null, null, 0)));
        }
    }

    /// <summary>The part of each judged query, by chance; of the same seed the same.</summary>
    public int[] FoldsOf(IReadOnlyList<JudgedQuery> queries)
    {
        var order = Enumerable.Range(0, queries.Count).ToArray();
        new Random(Options.Seed).Shuffle(order);
        var folds = new int[queries.Count];
        foreach (var (place, i) in order.Index())
            folds[i] = place % Folds;
        return folds;
    }
}
