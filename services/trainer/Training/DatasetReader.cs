using DuckDB.NET.Data;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Events;
using ModelOps.Features;
using static ModelOps.Trainer.Training.ParquetRows;

namespace ModelOps.Trainer.Training;

/// <summary>Reads a dataset version's files.</summary>
public sealed class DatasetReader(string folder)
{
    private static readonly string[] DefaultHistory = [EventNames.View, EventNames.AddToCart, EventNames.Purchase];

    /// <summary>Which events feed the histories and which of them are targets, given what the dataset holds.</summary>
    public async Task<(string[] History, string[] Targets)> ChooseEventsAsync(string[]? history, string[]? targets)
    {
        var present = await ReadAsync($"SELECT DISTINCT event FROM {Events} ORDER BY event", row => row.GetString(0));
        if (present.Count == 0)
            throw new TrainingException("The dataset has no events: nothing was kept of what was uploaded. Look at the report of its version, and upload more.");
        string[] chosen = [.. history ?? DefaultHistory.Where(present.Contains)];
        if (chosen.Length == 0)
            chosen = [.. present.Where(EventNames.Wanted.Contains)];
        if (chosen.Length == 0)
            throw new TrainingException($"The dataset's events are {string.Join(", ", present)}: none says what shoppers wanted. Upload views or purchases, or name events in the parameter 'events'.");
        targets ??= chosen.Contains(EventNames.Purchase) ? [EventNames.Purchase] : chosen;
        var missing = chosen.Concat(targets).Except(present).ToList();
        if (missing.Count > 0)
            throw new TrainingException($"The dataset has no events named {string.Join(", ", missing)}. It has: {string.Join(", ", present)}. Name these in the parameters 'events' and 'targetEvents'.");
        return ([.. chosen.Union(targets)], targets);
    }

    /// <param name="weights">What an event counts as a target of learning, by its name; 1 where it is not named.</param>
    public async Task<Interactions> ReadInteractionsAsync(string[] history, string[] targets, IReadOnlyDictionary<string, double>? weights = null)
    {
        if (weights?.Keys.Except(history).ToList() is { Count: > 0 } unknown)
            throw new TrainingException($"'eventWeights' names {string.Join(", ", unknown)}, which feeds no history. These events do: {string.Join(", ", history)}.");
        var ids = await ReadAsync($"SELECT DISTINCT item_id FROM {Events} WHERE event IN ({List(history)}) ORDER BY item_id", row => row.GetString(0));
        // What nobody chose yet comes last: the catalogue's words may recommend it.
        ids.AddRange(await ReadAsync($"SELECT item_id FROM {Products} WHERE item_id NOT IN (SELECT item_id FROM {Events} WHERE event IN ({List(history)})) ORDER BY item_id", row => row.GetString(0)));
        var vocabulary = new Vocabulary(ids);
        var users = new List<string>();
        var offsets = new List<int>();
        var all = new List<Interaction>();
        // The file's own order (user, time, source order) is kept.
        await ReadAsync($"SELECT user_id, item_id, event IN ({List(targets)}), epoch(time)::BIGINT, event FROM {Events} WHERE event IN ({List(history)})", row =>
        {
            var user = row.GetString(0);
            if (users.Count == 0 || users[^1] != user)
            {
                users.Add(user);
                offsets.Add(all.Count);
            }
            all.Add(new Interaction(vocabulary.IndexOf(row.GetString(1)), row.GetBoolean(2), row.GetInt64(3)) { Weight = (float)(weights?.GetValueOrDefault(row.GetString(4), 1) ?? 1) });
            return true;
        });
        offsets.Add(all.Count);
        if (users.Distinct().Count() != users.Count)
            throw new TrainingException($"{DatasetFiles.Events} is not sorted by user. Prepare the dataset version again.");
        var interactions = new Interactions([.. users], [.. offsets], [.. all], vocabulary);
        return users.Count >= 2 && interactions.Chosen >= 2
            ? interactions
            : throw new TrainingException($"Shoppers in the dataset's events {string.Join(", ", history)}: {users.Count}, items: {interactions.Chosen}. A ranking needs at least two of each. Bring more history, or name more events in 'events'.");
    }

    /// <summary>The catalogue in the vocabulary's order. Without a products file every item counts as available.</summary>
    public async Task<ItemCatalogue> ReadCatalogueAsync(Vocabulary vocabulary, double[] popularity)
    {
        var products = new Dictionary<string, CatalogueItem>();
        await ReadAsync($"SELECT item_id, title, brand, category, price, available FROM {Products}", row => products[row.GetString(0)] = new CatalogueItem(
            row.GetString(0), Text(row, 1), Text(row, 2), Text(row, 3), row.IsDBNull(4) ? null : row.GetDouble(4), row.IsDBNull(5) || row.GetBoolean(5), 0));
        return new ItemCatalogue([.. vocabulary.Ids.Select((id, i) => products.TryGetValue(id, out var product)
            ? product with { Popularity = popularity[i + 1] }
            : new CatalogueItem(id, null, null, null, null, products.Count == 0, popularity[i + 1]))]);
    }

    private string Events => $"read_parquet({Quote(Path.Combine(folder, DatasetFiles.Events))})";

    private string Products => $"read_parquet({Quote(Path.Combine(folder, DatasetFiles.Products))})";

    private static string List(IEnumerable<string> values) => string.Join(", ", values.Select(Quote));

    private static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
