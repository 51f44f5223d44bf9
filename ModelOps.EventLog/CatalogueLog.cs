using ModelOps.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace ModelOps.EventLog;

/// <summary>What the shop last said of a product's price and stock.</summary>
/// <param name="Price">Null where the shop said nothing of it.</param>
/// <param name="PriceTime">When the price became what it is.</param>
/// <param name="StockTime">When the availability became what it is.</param>
/// <param name="StockPosition">Where in the log the availability changed last; <paramref name="PricePosition"/> likewise.</param>
public sealed record ProductState(
    StoreId Store, string Product, double? Price, bool? Available, DateTimeOffset? PriceTime, DateTimeOffset? StockTime, long StockPosition = 0, long PricePosition = 0);

/// <summary>Prices and stock, a row a product, followed by every replica of inference.</summary>
public sealed class CatalogueLog(NpgsqlDataSource database)
{
    private const string NewPrice = "(excluded.price IS NOT NULL AND (known.price_time IS NULL OR excluded.price_time >= known.price_time))";
    private const string NewStock = "(excluded.available IS NOT NULL AND (known.stock_time IS NULL OR excluded.stock_time >= known.stock_time))";

    private readonly Schema schema = Schema.Of(database);

    /// <summary>Keeps the changes, durably, once it returns. Null leaves a value as it is; an older value than the one known changes nothing.</summary>
    /// <param name="changes">Each product once.</param>
    public async Task PutAsync(IReadOnlyList<ProductState> changes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(changes);
        if (changes.Count == 0)
            return;
        await schema.EnsureAsync(cancellationToken);
        // In one order, so that two batches never wait for each other.
        await using var command = database.CreateCommand($"""
            INSERT INTO catalogue AS known (store, product, price, available, price_time, stock_time, price_position, stock_position)
            SELECT store, product, price, available, price_time, stock_time,
                CASE WHEN price IS NULL THEN 0 ELSE {Schema.Position} END, CASE WHEN available IS NULL THEN 0 ELSE {Schema.Position} END
            FROM unnest($1::text[], $2::text[], $3::float8[], $4::boolean[], $5::timestamptz[], $6::timestamptz[]) AS change (store, product, price, available, price_time, stock_time)
            ORDER BY store, product
            ON CONFLICT (store, product) DO UPDATE SET
                price = CASE WHEN {NewPrice} THEN excluded.price ELSE known.price END,
                price_position = CASE WHEN {NewPrice} AND excluded.price IS DISTINCT FROM known.price THEN excluded.price_position ELSE known.price_position END,
                price_time = CASE WHEN {NewPrice} THEN excluded.price_time ELSE known.price_time END,
                available = CASE WHEN {NewStock} THEN excluded.available ELSE known.available END,
                stock_position = CASE WHEN {NewStock} AND excluded.available IS DISTINCT FROM known.available THEN excluded.stock_position ELSE known.stock_position END,
                stock_time = CASE WHEN {NewStock} THEN excluded.stock_time ELSE known.stock_time END,
                position = excluded.position
            WHERE {NewPrice} OR {NewStock}
            """);
        Add(command, NpgsqlDbType.Text, changes.Select(change => change.Store.Value));
        Add(command, NpgsqlDbType.Text, changes.Select(change => change.Product));
        Add(command, NpgsqlDbType.Double, changes.Select(change => change.Price));
        Add(command, NpgsqlDbType.Boolean, changes.Select(change => change.Available));
        Add(command, NpgsqlDbType.TimestampTz, changes.Select(change => change.PriceTime?.UtcDateTime));
        Add(command, NpgsqlDbType.TimestampTz, changes.Select(change => change.StockTime?.UtcDateTime));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Takes back what the shop said of a product: the deployed catalogue's own values hold again.</summary>
    /// <returns>False when nothing was said of it.</returns>
    public async Task<bool> ForgetAsync(StoreId store, string product, CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        await using var command = database.CreateCommand($"""
            UPDATE catalogue SET price = NULL, available = NULL, price_time = NULL, stock_time = NULL, position = {Schema.Position},
                price_position = CASE WHEN price IS NULL THEN price_position ELSE {Schema.Position} END,
                stock_position = CASE WHEN available IS NULL THEN stock_position ELSE {Schema.Position} END
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
            SELECT {Schema.Settled} - 1, c.store, c.product, c.price, c.available, c.price_time, c.stock_time, c.stock_position, c.price_position
            FROM (SELECT 1) AS always LEFT JOIN catalogue c ON c.position > $1
            """);
        command.Parameters.Add(new() { Value = cursor });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var changes = new List<ProductState>();
        while (await reader.ReadAsync(cancellationToken))
        {
            cursor = reader.GetInt64(0); // less than before where the database is another one now
            if (reader.IsDBNull(1))
                continue;
            changes.Add(new ProductState(
                new StoreId(reader.GetString(1)), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetDouble(3), reader.IsDBNull(4) ? null : reader.GetBoolean(4),
                Utc(reader, 5), Utc(reader, 6), reader.GetInt64(7), reader.GetInt64(8)));
        }
        return new EventSlice<ProductState>(changes, cursor);
    }

    private static DateTimeOffset? Utc(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : new DateTimeOffset(reader.GetFieldValue<DateTime>(column), TimeSpan.Zero);

    private static void Add<T>(NpgsqlCommand command, NpgsqlDbType type, IEnumerable<T> values) =>
        command.Parameters.Add(new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type });
}
