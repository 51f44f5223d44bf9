using ModelOps.Search.Analysis;

namespace ModelOps.Search.Queries;

/// <summary>What queries are compared by: their words without case, accents and punctuation.</summary>
public static class QueryForm
{
    private const int Longest = 1000;

    /// <summary>The words in their order, with a blank between; empty where there are none.</summary>
    public static string Of(string? text) => string.Join(' ', Words(text));

    /// <summary>The same in an order of their own, so that two queries with the same words have one.</summary>
    public static string Unordered(string? text) => string.Join(' ', Words(text).Order(StringComparer.Ordinal));

    private static IEnumerable<string> Words(string? text) => ProductText.Read(text is { Length: > Longest } ? text[..Longest] : text ?? "")
        .Where(token => token.Kind == TokenKind.Word).DistinctBy(token => token.Position).Select(token => token.Text);
}
