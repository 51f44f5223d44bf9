using Lucene.Net.Index;
using Lucene.Net.Util;

namespace ModelOps.Search.Index;

/// <summary>Every term of the index with the number of products that have it, in whichever field has most.</summary>
internal sealed class IndexWords
{
    private readonly Dictionary<string, int> products = new(StringComparer.Ordinal);

    public IndexWords(AtomicReader? segment)
    {
        if (segment is null)
            return;
        foreach (var field in SearchFields.All)
        {
            if (segment.GetTerms(SearchFields.NameOf(field))?.GetEnumerator() is not { } terms)
                continue;
            while (terms.MoveNext())
            {
                var text = terms.Term.Utf8ToString();
                products[text] = Math.Max(products.GetValueOrDefault(text), terms.DocFreq);
            }
        }
    }

    public int Count => products.Count;

    public IEnumerable<KeyValuePair<string, int>> All => products;

    public int ProductsWith(string term) => products.GetValueOrDefault(term);

    public bool Has(string term) => products.ContainsKey(term);
}
