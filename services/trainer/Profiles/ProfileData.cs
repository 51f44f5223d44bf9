using ModelOps.Contracts.Datasets;
using ModelOps.Features;
using ModelOps.Features.Profiles;
using ModelOps.Features.Users;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Profiles;

/// <summary>Shoppers with what they did, and the products.</summary>
/// <param name="Histories">By user, each in the order of time.</param>
/// <param name="From">The first event.</param>
/// <param name="End">Right after the last one: what was done before it is known.</param>
public sealed record ProfileData(string[] Users, ShopperEvent[][] Histories, ItemCatalogue Catalogue, DateTime From, DateTime End)
{
    public bool HasPrices { get; } = Histories.Any(history => Array.Exists(history, one => one.Deed == Deed.Purchase && one.Amount > 0));

    /// <summary>Of everything that was sold.</summary>
    public PriceLevels Prices { get; } = PriceLevels.Of(Histories.SelectMany(history => history).Where(one => one.Deed == Deed.Purchase).Select(one => new BoughtItem(one.Time, one.Item, one.Quantity, one.Price, null, null)));

    /// <param name="folder">With the dataset version's files.</param>
    /// <exception cref="TrainingException">There is nothing to learn from; the message says what is missing.</exception>
    public static async Task<ProfileData> ReadAsync(string folder, DatasetProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        if (!profile.HasClock)
            throw new TrainingException("The dataset's times give only the order of each user's events, so nothing can be said of days. Upload events with their real times.");
        var (users, histories) = (new List<string>(), new List<List<ShopperEvent>>());
        var names = string.Join(", ", ShopperEvent.Names.Select(name => $"'{name}'"));
        await ParquetRows.ReadAsync($"SELECT user_id, item_id, event, epoch_us(time)::BIGINT, quantity::DOUBLE, price::DOUBLE FROM {ParquetRows.Table(folder, DatasetFiles.Events)} WHERE event IN ({names})", row =>
        {
            if (users.Count == 0 || users[^1] != row.GetString(0))
            {
                users.Add(row.GetString(0));
                histories.Add([]);
            }
            histories[^1].Add(new ShopperEvent(
                DateTime.UnixEpoch.AddTicks(row.GetInt64(3) * TimeSpan.TicksPerMicrosecond), ShopperEvent.DeedOf(row.GetString(2))!.Value, row.GetString(1),
                row.IsDBNull(4) ? 1 : (int)row.GetDouble(4), row.IsDBNull(5) ? null : row.GetDouble(5)));
            return true;
        });
        if (!histories.Exists(history => history.Exists(one => one.Deed == Deed.Purchase)))
            throw new TrainingException("The dataset has no purchases, so nothing can be learned about who buys. Upload events named purchase.");
        if (users.Distinct(StringComparer.Ordinal).Count() != users.Count)
            throw new TrainingException($"{DatasetFiles.Events} is not sorted by user. Prepare the dataset version again.");
        var vocabulary = new Vocabulary([.. await ParquetRows.ReadAsync(
            $"SELECT DISTINCT item_id FROM (SELECT item_id FROM {ParquetRows.Table(folder, DatasetFiles.Events)} WHERE event IN ({names}) UNION SELECT item_id FROM {ParquetRows.Table(folder, DatasetFiles.Products)}) ORDER BY item_id", row => row.GetString(0))]);
        return new ProfileData(
            [.. users], [.. histories.Select(history => history.ToArray())], await new DatasetReader(folder).ReadCatalogueAsync(vocabulary, new double[vocabulary.Count + 1]),
            histories.Min(history => history[0].Time), histories.Max(history => history[^1].Time).AddMicroseconds(1));
    }
}
