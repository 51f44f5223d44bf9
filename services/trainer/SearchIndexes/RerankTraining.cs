using ModelOps.Search;
using ModelOps.Search.Learning;
using ModelOps.Search.Ranking;
using ModelOps.Trainer.Texts;

namespace ModelOps.Trainer.SearchIndexes;

/// <param name="Folder">The package of the reranker that learned from everything.</param>
/// <param name="Ranked">By judged query: its best, as they are ranked without it, with scores by a reranker that has not learned from it.</param>
internal sealed record TrainedReranker(string Folder, IReadOnlyList<ScoredRanking> Ranked, TextReport Report);

/// <summary>Trains a cross-encoder on judged queries, and on queries of titles, once for each part of the judged ones without that part, and once on all.</summary>
internal sealed class RerankTraining(SearchParameters parameters, SearchEngine engine, CatalogueLanguage language, string scratch)
{
    private const int TitlesAPair = 1;

    /// <summary>The grade of a product that has only some words of a query that was made of another's title.</summary>
    private const double Partly = .25;

    /// <param name="rank">The products of a judged query, best first, without reranking.</param>
    public TrainedReranker Train(IReadOnlyList<JudgedQuery> queries, Func<int, IReadOnlyList<RankedProduct>> rank)
    {
        var ranked = new ScoredRanking[queries.Count];
        var folds = language.FoldsOf(queries);
        for (var fold = 0; fold < CatalogueLanguage.Folds; fold++)
        {
            var folder = Path.Combine(scratch, $"rerank{fold}");
            Learn([.. queries.Where((_, i) => folds[i] != fold)], folder);
            using (var exported = new ExportedTexts(folder))
            {
                foreach (var i in Enumerable.Range(0, queries.Count).Where(i => folds[i] == fold))
                {
                    var products = rank(i);
                    var scores = exported.Of([.. products.Take(parameters.RerankTop).Select(product => (queries[i].Text, language.Texts[product.Document]))]);
                    ranked[i] = new ScoredRanking(products, [.. scores.Select(score => Reranking.Probability(score[0]))]);
                }
            }
            Directory.Delete(folder, recursive: true);
        }
        var last = Path.Combine(scratch, "rerank");
        return new TrainedReranker(last, ranked, Learn(queries, last));
    }

    private TextReport Learn(IReadOnlyList<JudgedQuery> queries, string folder)
    {
        List<GradedPair> judged = [.. queries.SelectMany(query => query.Grades.Where(grade => engine.Documents.ContainsKey(grade.Key)).Select(grade => new GradedPair(query.Text, language.Texts[engine.Documents[grade.Key]], grade.Value / query.Grades.Values.Max())))];
        var random = new Random(parameters.Seed);
        var titles = language.Queries.Take(TitlesAPair * judged.Count).SelectMany(query => query.Others.Select(other => new GradedPair(query.Text, language.Texts[other], Partly))
            .Append(new GradedPair(query.Text, language.Texts[query.Document], 1)).Append(new GradedPair(query.Text, language.Texts[random.Next(language.Texts.Count)], 0)));
        return TextTraining.TrainReranker(language.Options with { Passes = parameters.RerankPasses }, [], [.. judged, .. titles], folder, language.Tell);
    }
}
