using Lucene.Net.Documents;
using Lucene.Net.Index;
using Lucene.Net.Store;
using Lucene.Net.Util;
using ModelOps.Search.Analysis;
using Directory = Lucene.Net.Store.Directory;

namespace ModelOps.Search.Index;

/// <summary>Writes a catalogue's index: one segment whose documents are in the order of the products.</summary>
internal static class IndexBuilder
{
    private const LuceneVersion Version = LuceneVersion.LUCENE_48;

    internal static void Write(Directory directory, IEnumerable<SearchProduct> products, Stemmer stemmer)
    {
        ArgumentNullException.ThrowIfNull(products);
        using var analyzer = new ProductAnalyzer(stemmer);
        var settings = new IndexWriterConfig(Version, analyzer)
        {
            OpenMode = OpenMode.CREATE,
            MergePolicy = new LogDocMergePolicy(), // merges neighbours alone, which keeps the order
            MergeScheduler = new SerialMergeScheduler(),
        };
        using var writer = new IndexWriter(directory, settings);
        foreach (var product in products)
            writer.AddDocument(DocumentOf(product));
        writer.ForceMerge(1);
        writer.Commit();
    }

    private static Document DocumentOf(SearchProduct product)
    {
        var document = new Document();
        foreach (var field in SearchFields.All)
        {
            var text = SearchFields.TextOf(product, field) ?? "";
            document.Add(new Field(SearchFields.NameOf(field), text, Indexed));
            document.Add(new NumericDocValuesField(SearchFields.LengthOf(field), ProductText.Read(text).Count));
        }
        return document;
    }

    private static readonly FieldType Indexed = new()
    {
        IsIndexed = true,
        IsTokenized = true,
        IsStored = false,
        OmitNorms = true, // lengths are kept exactly
        IndexOptions = IndexOptions.DOCS_AND_FREQS,
    };
}
