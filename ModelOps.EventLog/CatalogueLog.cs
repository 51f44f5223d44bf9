using ModelOps.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace ModelOps.EventLog;

/// <summary>What the shop last said of a product's price and stock.</summary>
/// <param name="Price">Null where the shop said nothing of it.</param>
/// <param name="StockPosition">Where in the log the availability changed last; <paramref name="PricePosition"/> likewise.</param>
public sealed record ProductState(StoreId Store, string Product, double? Price, bool? Available, DateTimeOffset Time, long StockPosition = 0, long PricePosition = 0);

/// <summary>Prices and stock, a row a product, followed by every replica of inference.</summary>
public sealed class CatalogueLog(NpgsqlDataSource database)
{
    private readonly Schema schema = new(database);

    /// <summary>Keeps the changes, durably, once it returns. Null leaves a value as it is; an older change than the one known changes nothing.</summary>
    /// <param name="changes">Each product once.</param>
    public async Task PutAsync(IReadOnlyList<ProductState> changes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(changes);
        if (changes.Count == 0)
            return;
        await schema.EnsureAsync(cancellationToken);
        // In one order, so that two batches never wait for each other.
        await using var command = database.CreateCommand("""
            INSERT INTO catalogue (store, product, price, available, time)
            SELECT * FROM unnest($1::text[], $2::text[], $3::float8[], $4::boolean[], $5::timestamptz[]) AS change (store, product, price, available, time) ORDER BY store, product
            ON CONFLICT (store, product) DO UPDATE SET
                price = coalesce(excluded.price, catalogue.price),
                available = coalesce(excluded.available, catalogue.available),
                price_position = CASE WHEN excluded.price <> catalogue.price OR (catalogue.price IS NULL AND excluded.price IS NOT NULL) THEN excluded.position ELSE catalogue.price_position END,
                stock_position = CASE WHEN excluded.available <> catalogue.available OR (catalogue.available IS NULL AND excluded.available IS NOT NULL) THEN excluded.position ELSE catalogue.stock_position END,
                position = excluded.position,
                time = excluded.time
            WHERE excluded.time >= catalogue.time
            """);
        Add(command, NpgsqlDbType.Text, changes.Select(change => change.Store.Value));
        Add(command, NpgsqlDbType.Text, changes.Select(change => change.Product));
        Add(command, NpgsqlDbType.Double, changes.Select(change => change.Price));
        Add(command, NpgsqlDbType.Boolean, changes.Select(change => change.Available));
        Add(command, NpgsqlDbType.TimestampTz, changes.Select(change => change.Time.UtcDateTime));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Takes back what the shop said of a product: the deployed catalogue's own values hold again.</summary>
    /// <returns>False when nothing was said of it.</returns>
    public async Task<bool> ForgetAsync(StoreId store, string product, CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        await using var command = database.CreateCommand($"""
            UPDATE catalogue SET price = NULL, available = NULL, position = {Schema.Position}, price_position = {Schema.Position}, stock_position = {Schema.Position}, time = now()
            WHERE store = $1 AND product = $2 AND (price IS NOT NULL OR available IS NOT NULL)
            """);
        command.Parameters.Add(new() { Value = store.Value });
        command.Parameters.Add(new() { Value = product });
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    /// <summary>
    /// What has changed after <paramref name="cursor"/>, at once visible after it was put. While another transaction is open, what
    /// came after it is read again by the next call.
    /// </summary>
    public async Task<EventSlice<ProductState>> ReadAsync(long cursor, CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        await using var command = database.CreateCommand($"""
            SELECT {Schema.Settled} - 1, c.store, c.product, c.price, c.available, c.time, c.stock_position, c.price_position
            FROM (SELECT 1) AS always LEFT JOIN catalogue c ON c.position > $1
            """);
        command.Parameters.Add(new() { Value = cursor });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var changes = new List<ProductState>();
        while (await reader.ReadAsync(cancellationToken))
        {
            cursor = Math.Max(cursor, reader.GetInt64(0));
            if (reader.IsDBNull(1))
                continue;
            changes.Add(new ProductState(
                new StoreId(reader.GetString(1)), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetDouble(3), reader.IsDBNull(4) ? null : reader.GetBoolean(4),
                new DateTimeOffset(reader.GetFieldValue<DateTime>(5), TimeSpan.Zero), reader.GetInt64(6), reader.GetInt64(7)));
        }
        return new EventSlice<ProductState>(changes, cursor);
    }

    private static void Add<T>(NpgsqlCommand command, NpgsqlDbType type, IEnumerable<T> values) =>
        command.Parameters.Add(new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type });
}
