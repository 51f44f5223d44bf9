using System.Text.Json;

namespace ModelOps.Features;

/// <summary>One line of <c>items.jsonl</c>.</summary>
/// <param name="Category">From the general to the particular, joined by '|'.</param>
/// <param name="Available">False for an item that is sold out or no longer in the shop's catalogue.</param>
/// <param name="Popularity">Recent count over the most popular item's, 0..1.</param>
public sealed record CatalogueItem(string Id, string? Title, string? Brand, string? Category, double? Price, bool Available, double Popularity);

/// <summary>The items a model ranks, in index order: line 1 has index 1.</summary>
public sealed class ItemCatalogue
{
    public ItemCatalogue(IReadOnlyList<CatalogueItem> items)
    {
        Items = items;
        Vocabulary = new Vocabulary(items.Select(item => item.Id));
        Unavailable = [.. items.Index().Where(item => !item.Item.Available).Select(item => item.Index + 1L)];
        Popularity = [0, .. items.Select(item => (float)item.Popularity)];
    }

    /// <summary>Without the padding: the item of index i is at i − 1.</summary>
    public IReadOnlyList<CatalogueItem> Items { get; }

    public Vocabulary Vocabulary { get; }

    /// <summary>Indices, in their order.</summary>
    public long[] Unavailable { get; }

    /// <summary>By index: scores for a shopper without a history.</summary>
    public float[] Popularity { get; }

    public async Task WriteAsync(string path, CancellationToken cancellationToken = default)
    {
        await using var file = new StreamWriter(path) { NewLine = "\n" };
        foreach (var item in Items)
            await file.WriteLineAsync(JsonSerializer.Serialize(item, PackageJson.Line).AsMemory(), cancellationToken);
    }

    public static async Task<ItemCatalogue> ReadAsync(string path, CancellationToken cancellationToken = default)
    {
        var items = new List<CatalogueItem>();
        await foreach (var line in File.ReadLinesAsync(path, cancellationToken))
            items.Add(JsonSerializer.Deserialize<CatalogueItem>(line, PackageJson.Line)
                ?? throw new InvalidDataException($"Line {items.Count + 1} of {path} is no item."));
        return new ItemCatalogue(items);
    }
}
