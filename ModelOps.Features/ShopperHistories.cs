using System.Text.Json;

namespace ModelOps.Features;

/// <summary>One line of <c>shoppers.jsonl</c>: what a shopper did up to the package's event cursor.</summary>
/// <param name="Items">Indices, oldest to newest, at most as many as the model looks at.</param>
/// <param name="Counts">
/// Where repeats are recommended: index to the shopper's own count of that item, aged as <see cref="FrequencyFusion"/> says,
/// so not always whole. A purchase that comes later adds 1.
/// </param>
public sealed record ShopperHistory(string User, IReadOnlyList<int> Items, IReadOnlyDictionary<int, float>? Counts = null);

/// <summary>The shoppers that a package knows, by their id.</summary>
public sealed class ShopperHistories(IReadOnlyDictionary<string, ShopperHistory> shoppers)
{
    public int Count => shoppers.Count;

    /// <summary>In the order of the file.</summary>
    public IEnumerable<string> Users => shoppers.Keys;

    public ShopperHistory? Find(string user) => shoppers.GetValueOrDefault(user);

    public static async Task WriteAsync(string path, IEnumerable<ShopperHistory> shoppers, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(shoppers);
        await using var file = new StreamWriter(path) { NewLine = "\n" };
        foreach (var shopper in shoppers)
            await file.WriteLineAsync(JsonSerializer.Serialize(shopper, PackageJson.Line).AsMemory(), cancellationToken);
    }

    public static async Task<ShopperHistories> ReadAsync(string path, CancellationToken cancellationToken = default)
    {
        var shoppers = new Dictionary<string, ShopperHistory>(StringComparer.Ordinal);
        await foreach (var line in File.ReadLinesAsync(path, cancellationToken))
        {
            var shopper = JsonSerializer.Deserialize<ShopperHistory>(line, PackageJson.Line)
                ?? throw new InvalidDataException($"Line {shoppers.Count + 1} of {path} is no shopper.");
            shoppers[shopper.User] = shopper;
        }
        return new ShopperHistories(shoppers);
    }
}
