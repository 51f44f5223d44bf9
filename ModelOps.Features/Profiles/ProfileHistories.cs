using System.Text.Json;

namespace ModelOps.Features.Profiles;

/// <summary><c>histories.jsonl</c>: what each shopper did up to the package's event cursor, at most <see cref="ShopperPast.Longest"/> latest events.</summary>
public sealed class ProfileHistories(IReadOnlyDictionary<string, ShopperEvent[]> histories)
{
    public const string FileName = "histories.jsonl";

    /// <summary>A line: lists of the same length.</summary>
    /// <param name="Times">Microseconds since 1970, UTC.</param>
    /// <param name="Items">Indices of the catalogue.</param>
    /// <param name="Prices">Null where unknown.</param>
    private sealed record Line(string User, long[] Times, Deed[] Deeds, int[] Items, int[] Quantities, double?[] Prices);

    public int Count => histories.Count;

    /// <summary>In the order of the file, which is that of their ids.</summary>
    public IEnumerable<string> Users => histories.Keys;

    /// <returns>Nothing for a shopper who is not known.</returns>
    public IReadOnlyList<ShopperEvent> Find(string user) => histories.GetValueOrDefault(user) ?? [];

    public static async Task WriteAsync(string path, IEnumerable<KeyValuePair<string, IReadOnlyList<ShopperEvent>>> histories, ItemCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(histories);
        ArgumentNullException.ThrowIfNull(catalogue);
        await using var file = new StreamWriter(path) { NewLine = "\n" };
        foreach (var (user, events) in histories)
        {
            var latest = events.TakeLast(ShopperPast.Longest).ToList();
            await file.WriteLineAsync(JsonSerializer.Serialize(new Line(
                user, [.. latest.Select(one => Microseconds(one.Time))], [.. latest.Select(one => one.Deed)], [.. latest.Select(one => catalogue.Vocabulary.IndexOf(one.Item))],
                [.. latest.Select(one => one.Quantity)], [.. latest.Select(one => one.Price)]), PackageJson.Line));
        }
    }

    /// <exception cref="InvalidDataException">A line is no history over this catalogue.</exception>
    public static async Task<ProfileHistories> ReadAsync(string path, ItemCatalogue catalogue, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(catalogue);
        var histories = new Dictionary<string, ShopperEvent[]>(StringComparer.Ordinal);
        await foreach (var text in File.ReadLinesAsync(path, cancellationToken))
        {
            var line = JsonSerializer.Deserialize<Line>(text, PackageJson.Line);
            if (line is not { User: not null, Times.Length: var count } || line.Deeds?.Length != count || line.Items?.Length != count || line.Quantities?.Length != count || line.Prices?.Length != count
                || Array.Exists(line.Items, item => item < 1 || item > catalogue.Items.Count) || Array.Exists(line.Deeds, deed => !Enum.IsDefined(deed)))
                throw new InvalidDataException($"Line {histories.Count + 1} of {path} is no history of products of the package's catalogue. Train the model again.");
            histories[line.User] = [.. Enumerable.Range(0, count).Select(i => new ShopperEvent(
                DateTime.UnixEpoch.AddTicks(line.Times[i] * TimeSpan.TicksPerMicrosecond), line.Deeds[i], catalogue.Items[line.Items[i] - 1].Id, line.Quantities[i], line.Prices[i]))];
        }
        return new ProfileHistories(histories);
    }

    private static long Microseconds(DateTime time) => (time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
