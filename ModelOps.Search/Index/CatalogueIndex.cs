using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Store;
using ModelOps.Search.Analysis;
using Directory = Lucene.Net.Store.Directory;

namespace ModelOps.Search.Index;

/// <summary>A catalogue's index in memory, with its products: document i is product i.</summary>
public sealed class CatalogueIndex : IDisposable
{
    private readonly Directory directory;
    private readonly DirectoryReader opened;
    private readonly AtomicReader? segment;
    private readonly float[][] lengths;

    private CatalogueIndex(Directory directory, IReadOnlyList<SearchProduct> products, Stemmer stemmer)
    {
        (this.directory, Products, Stemmer) = (directory, products, stemmer);
        opened = DirectoryReader.Open(directory);
        if (opened.NumDocs != products.Count || opened.Leaves.Count > 1)
        {
            throw new InvalidDataException($"The index has {opened.NumDocs} products in {opened.Leaves.Count} segments, the catalogue {products.Count}; they were not made together.");
        }
        segment = opened.Leaves.Count == 1 ? opened.Leaves[0].AtomicReader : null;
        lengths = [.. SearchFields.All.Select(LengthsOf)];
        AverageLengths = [.. lengths.Select(all => all.Length == 0 ? 1 : Math.Max(1, all.Where(length => length > 0).DefaultIfEmpty(1).Average()))];
        Words = new IndexWords(segment);
        Brands = [.. products.Select(product => ProductText.Read(product.Brand).Where(token => token.Kind != TokenKind.Part).Select(token => stemmer.Stem(token.Text)).ToArray())];
        Titles = [.. products.Select(product => ProductTitle.Read(product, stemmer))];
    }

    public IReadOnlyList<SearchProduct> Products { get; }

    public Stemmer Stemmer { get; }

    /// <summary>What the titles are made of, by document.</summary>
    internal IReadOnlyList<ProductTitle> Titles { get; }

    /// <summary>The words of each product's brand.</summary>
    internal IReadOnlyList<string[]> Brands { get; }

    /// <summary>The mean number of tokens of a field, over products that have it.</summary>
    internal IReadOnlyList<float> AverageLengths { get; }

    internal IndexWords Words { get; }

    /// <exception cref="InvalidDataException">It is no index, or one of another catalogue.</exception>
    internal static CatalogueIndex Open(Directory directory, IReadOnlyList<SearchProduct> products, Stemmer stemmer)
    {
        try
        {
            return new CatalogueIndex(directory, products, stemmer);
        }
        catch (Exception exception) when (exception is IOException or CorruptIndexException)
        {
            throw new InvalidDataException($"The search index cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Builds an index that is nowhere but in memory.</summary>
    public static CatalogueIndex Build(IReadOnlyList<SearchProduct> products, Stemmer stemmer)
    {
        ArgumentNullException.ThrowIfNull(products);
        var directory = new RAMDirectory();
        IndexBuilder.Write(directory, products, stemmer);
        return new CatalogueIndex(directory, products, stemmer);
    }

    internal ReadOnlySpan<float> Lengths(SearchField field) => lengths[(int)field];

    /// <summary>The documents that have a term in a field; null where none has.</summary>
    internal DocsEnum? Postings(SearchField field, string term) => segment?.GetTermDocsEnum(new Term(SearchFields.NameOf(field), term));

    private float[] LengthsOf(SearchField field)
    {
        var all = new float[Products.Count];
        if (segment?.GetNumericDocValues(SearchFields.LengthOf(field)) is not { } values)
            return all;
        for (var document = 0; document < all.Length; document++)
            all[document] = values.Get(document);
        return all;
    }

    public void Dispose()
    {
        opened.Dispose();
        directory.Dispose();
    }
}
