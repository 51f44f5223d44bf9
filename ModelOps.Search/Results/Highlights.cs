using System.Net;
using System.Text;
using ModelOps.Search.Analysis;
using ModelOps.Search.Queries;

namespace ModelOps.Search.Results;

/// <summary>A text as HTML, with the query's words in <c>em</c>.</summary>
public static class Highlights
{
    public static string Of(string? text, SearchQuery query, Stemmer stemmer)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(stemmer);
        if (string.IsNullOrEmpty(text))
            return "";
        var terms = query.Words.SelectMany(word => word.Alternatives).SelectMany(way => way.Terms).ToHashSet(StringComparer.Ordinal);
        var marked = new bool[text.Length];
        foreach (var token in ProductText.Read(text).Where(token => terms.Contains(stemmer.Stem(token.Text))))
            marked.AsSpan(token.Start..Math.Min(token.End, text.Length)).Fill(true);
        var html = new StringBuilder(text.Length + 32);
        for (var i = 0; i < text.Length;)
        {
            var end = i;
            while (end < text.Length && marked[end] == marked[i])
                end++;
            var part = WebUtility.HtmlEncode(text[i..end]);
            html.Append(marked[i] ? $"<em>{part}</em>" : part);
            i = end;
        }
        return html.ToString();
    }
}
