using System.Text.Json;

namespace ModelOps.Features;

/// <summary>One line of <c>related.jsonl</c>: item indices, the closest first.</summary>
/// <param name="Similar">What shoppers chose near it.</param>
/// <param name="Together">What the same shoppers bought with it.</param>
public sealed record RelatedItem(IReadOnlyList<int> Similar, IReadOnlyList<int> Together)
{
    public static RelatedItem None { get; } = new([], []);
}

/// <summary>What belongs to each item, in index order: line 1 is about the item of index 1.</summary>
public sealed class RelatedItems(IReadOnlyList<RelatedItem> items)
{
    /// <summary>Of a package from before there were any.</summary>
    public static RelatedItems None { get; } = new([]);

    public RelatedItem Of(int index) => index > 0 && index <= items.Count ? items[index - 1] : RelatedItem.None;

    public async Task WriteAsync(string path, CancellationToken cancellationToken = default)
    {
        await using var file = new StreamWriter(path) { NewLine = "\n" };
        foreach (var item in items)
            await file.WriteLineAsync(JsonSerializer.Serialize(item, PackageJson.Line).AsMemory(), cancellationToken);
    }

    /// <param name="count">Of the catalogue.</param>
    /// <exception cref="InvalidDataException">The file is about another catalogue.</exception>
    public static async Task<RelatedItems> ReadAsync(string path, int count, CancellationToken cancellationToken = default)
    {
        if (!File.Exists(path))
            return None;
        var items = new List<RelatedItem>();
        await foreach (var line in File.ReadLinesAsync(path, cancellationToken))
        {
            var item = JsonSerializer.Deserialize<RelatedItem>(line, PackageJson.Line) ?? throw new InvalidDataException($"Line {items.Count + 1} of {path} is no related items.");
            if (item.Similar.Concat(item.Together).Any(index => index < 1 || index > count))
                throw new InvalidDataException($"Line {items.Count + 1} of {path} names an item outside of the catalogue's {count}. Train and register the model again.");
            items.Add(item);
        }
        return items.Count <= count ? new RelatedItems(items) : throw new InvalidDataException($"{path} has {items.Count} lines for {count} items. Train and register the model again.");
    }
}
