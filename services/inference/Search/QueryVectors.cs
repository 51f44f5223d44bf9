using Microsoft.Extensions.Options;
using ModelOps.Search.Queries;

namespace ModelOps.Inference.Search;

/// <summary>
/// Makes the vectors of queries. The encoder keeps those of the last thousands, which are most of what a shop is asked; one that does
/// not come in time is left out.
/// </summary>
internal sealed class QueryVectors(IOptions<SearchOptions> options, SearchMetrics metrics, TimeProvider time)
{
    /// <returns>Null where the model has no vectors, the query no text, or there is too much to do.</returns>
    public async ValueTask<float[]?> OfAsync(SearchModel model, string? query, CancellationToken cancellationToken)
    {
        if (model.Encoder is not { } encoder || string.IsNullOrWhiteSpace(query))
            return null;
        var text = query.Length <= QueryReader.LongestText ? query.Trim() : query[..QueryReader.LongestText].Trim();
        if (encoder.TryKept(text, out var kept))
        {
            metrics.CountVector(model, SearchMetrics.Kept);
            return kept;
        }
        var vector = await InTime.OrNullAsync(TimeSpan.FromMilliseconds(options.Value.VectorMilliseconds), time, late => encoder.EmbedAsync(text, late), cancellationToken);
        metrics.CountVector(model, vector is null ? SearchMetrics.Late : SearchMetrics.Computed);
        return vector;
    }
}
