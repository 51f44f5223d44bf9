using System.IO.Compression;
using System.Text.Json;
using Lucene.Net.Store;
using ModelOps.Features;
using ModelOps.Search.Analysis;
using ModelOps.Search.Index;
using ModelOps.Search.Vectors;

namespace ModelOps.Search.Packages;

/// <summary>A search package on disk: the settings, the products a line each, the index as one archive and, where they count, the vectors of the products and of their pictures.</summary>
public static class SearchPackage
{
    public const string Settings = "search.json", Products = "products.jsonl", Index = "products.index", Vectors = "products.vectors", Pictures = "products.pictures";

    public static async Task WriteAsync(string folder, SearchSettings settings, IReadOnlyList<SearchProduct> products, ItemVectors? vectors = null, ItemVectors? pictures = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(products);
        System.IO.Directory.CreateDirectory(folder);
        WriteIndex(Path.Combine(folder, Index), products, Stemmer.Of(settings.Language));
        vectors?.Write(Path.Combine(folder, Vectors));
        pictures?.Write(Path.Combine(folder, Pictures));
        await using (var lines = new StreamWriter(Path.Combine(folder, Products)) { NewLine = "\n" })
        {
            foreach (var product in products)
                await lines.WriteLineAsync(JsonSerializer.Serialize(product, PackageJson.Line).AsMemory(), cancellationToken);
        }
        await using var file = File.Create(Path.Combine(folder, Settings));
        await JsonSerializer.SerializeAsync(file, settings, PackageJson.Indented, cancellationToken);
    }

    /// <exception cref="InvalidDataException">A file is missing, damaged or of another package.</exception>
    public static async Task<SearchEngine> OpenAsync(string folder, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var file = File.OpenRead(Path.Combine(folder, Settings));
            var settings = await JsonSerializer.DeserializeAsync<SearchSettings>(file, PackageJson.Indented, cancellationToken) ?? throw new InvalidDataException($"{Settings} is empty.");
            var products = new List<SearchProduct>();
            await foreach (var line in File.ReadLinesAsync(Path.Combine(folder, Products), cancellationToken))
                products.Add(JsonSerializer.Deserialize<SearchProduct>(line, PackageJson.Line) ?? throw new InvalidDataException($"Line {products.Count + 1} of {Products} is no product."));
            ItemVectors? Read(string name) => File.Exists(Path.Combine(folder, name)) ? ItemVectors.Read(Path.Combine(folder, name), products.Count) : null;
            return new SearchEngine(CatalogueIndex.Open(ReadIndex(Path.Combine(folder, Index)), products, Stemmer.Of(settings.Language)), settings, Read(Vectors), Read(Pictures));
        }
        catch (Exception exception) when (exception is JsonException or FileNotFoundException or ArgumentException)
        {
            throw new InvalidDataException($"The search package cannot be read: {exception.Message}", exception);
        }
    }

    private static void WriteIndex(string path, IReadOnlyList<SearchProduct> products, Stemmer stemmer)
    {
        using var directory = new RAMDirectory();
        IndexBuilder.Write(directory, products, stemmer);
        using var archive = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        foreach (var name in directory.ListAll().Order(StringComparer.Ordinal))
        {
            using var input = directory.OpenInput(name, IOContext.READ_ONCE);
            var content = new byte[input.Length];
            input.ReadBytes(content, 0, content.Length);
            using var entry = archive.CreateEntry(name, CompressionLevel.Fastest).Open();
            entry.Write(content);
        }
    }

    private static RAMDirectory ReadIndex(string path)
    {
        using var archive = new ZipArchive(File.OpenRead(path), ZipArchiveMode.Read);
        var directory = new RAMDirectory();
        foreach (var entry in archive.Entries)
        {
            using var content = entry.Open();
            using var output = directory.CreateOutput(entry.Name, IOContext.READ_ONCE);
            var buffer = new byte[65_536];
            for (var read = content.Read(buffer); read > 0; read = content.Read(buffer))
                output.WriteBytes(buffer, 0, read);
        }
        return directory;
    }
}
