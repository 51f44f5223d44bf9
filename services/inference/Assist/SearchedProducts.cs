using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Predictions;
using ModelOps.Inference.Search;

namespace ModelOps.Inference.Assist;

/// <summary>What the shop's search finds for a message, where it has a product with every word that names one.</summary>
internal sealed partial class SearchedProducts(Searches searches, IOptions<AssistOptions> options) : IProductFinder
{
    private const string Everything = "all"; // the best has every word of the query
    private const int LongestQuery = 200;

    public async Task<IReadOnlyList<AssistProduct>> FindAsync(StoreId store, string message, string? user, string? session, int count, CancellationToken cancellationToken)
    {
        var query = Asking().Replace(message, " ").Trim(' ', '?', '!', '.', '？', '！', '。');
        if (query.Length is 0 or > LongestQuery)
            return [];
        var answer = await searches.FindAsync(store, options.Value.SearchModel, new SearchRequest(query, user, user is null ? session : null, Count: count), cancellationToken, RecommendedProducts.Placement);
        return answer is { Match: Everything } ? [.. answer.Items.Select(item => new AssistProduct(item.Id, WebUtility.HtmlDecode(Marks().Replace(item.Title, "")), item.Price))] : [];
    }

    /// <summary>How one asks for a product, which does not name it.</summary>
    [GeneratedRegex(@"\b(hello|hi|please|can|could|would|you|do|does|have|sell|any|some|show|me|i|i'm|am|we|are|looking|for|want|need|like|to|buy|get|find|recommend|suggest|a|an|the|is|there|what|should)\b|请问|请|我想|想买|想要|有没有|推荐|一下|吗|呢|你们|我要|给我", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Asking();

    [GeneratedRegex("</?em>", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Marks();
}
