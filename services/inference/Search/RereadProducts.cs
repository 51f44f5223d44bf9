using Microsoft.Extensions.Options;
using ModelOps.Search.Queries;
using ModelOps.Search.Ranking;
using ModelOps.Search.Vectors;

namespace ModelOps.Inference.Search;

/// <summary>Lets the package's reranker read a query with each of the best products, in one batch, within a budget of time; else their order stays.</summary>
internal sealed class RereadProducts(IOptions<SearchOptions> options, SearchMetrics metrics, TimeProvider time)
{
    /// <param name="found">Best first; those that are read get new scores.</param>
    public async ValueTask<List<FoundProduct>> OrderAsync(SearchModel model, SearchQuery query, List<FoundProduct> found, CancellationToken cancellationToken)
    {
        if (model.Reranker is not { } reranker || model.Engine.Settings.Rerank is not { } settings || found.Count < 2 || query.Words.Count == 0)
            return found;
        var read = found.Take(settings.Top).ToList();
        var scores = await InTime.OrNullAsync(TimeSpan.FromMilliseconds(options.Value.RerankMilliseconds), time, late => new ValueTask<float[][]>(Task.WhenAll(
            read.Select(product => reranker.ComputeAsync(reranker.Encode(query.Text, ItemText.Of(product.Product)), late).AsTask()))), cancellationToken);
        metrics.CountRerank(model, scores is null ? SearchMetrics.Late : SearchMetrics.Computed);
        if (scores is null)
            return found;
        foreach (var (product, score) in read.Zip(scores))
            product.MultipliedBy(Reranking.Factor(Reranking.Probability(score[0]), settings.Weight));
        return [.. read.OrderByDescending(product => product.Score), .. found.Skip(read.Count)];
    }
}
