using ModelOps.Contracts;
using ModelOps.EventLog;
using ModelOps.Monitor.Outcomes;
using ModelOps.Monitor.Privacy;
using Npgsql;
using NpgsqlTypes;

namespace ModelOps.Monitor.Quality;

/// <summary>What a slice of the log adds to one minute of a version, arm and placement.</summary>
internal sealed class Additions
{
    public long Requests, Failures, Compared, Impressions, Clicks, AddToCarts, Purchases, CacheHits, Computed;
    public double Overlap, Revenue, QueueSeconds, ComputeSeconds;
    public long[] LatencyCounts { get; } = LatencyHistogram.Empty();
}

/// <summary>What it adds to one shopper.</summary>
internal sealed class ShopperAdditions
{
    public long Answers, Impressions, Clicks, AddToCarts, Purchases;
    public double Revenue;
}

/// <summary>A minute of one version, as one arm, at one placement.</summary>
internal sealed record Place(string Store, string Model, int Version, string Arm, string Placement, DateTimeOffset Start)
{
    public static Place Of(Impression answer) => new(answer.Store.Value, answer.Model, answer.Version, answer.Arm, answer.Placement, Floor(answer.Time, TimeSpan.TicksPerMinute));

    public DateTimeOffset Hour => Floor(Start, TimeSpan.TicksPerHour);

    private static DateTimeOffset Floor(DateTimeOffset time, long ticks) => new(time.UtcTicks - (time.UtcTicks % ticks), TimeSpan.Zero);
}

/// <summary>Sums what a slice adds, then writes it in few commands.</summary>
/// <param name="keys">Of the stores whose answers it is given.</param>
internal sealed class Tally(IReadOnlyDictionary<StoreId, ShopperKey> keys)
{
    private readonly Dictionary<Place, Additions> windows = [];
    private readonly OutcomeTally outcomes = new(keys);
    private readonly Dictionary<(Place Place, long Shopper, bool IsAssigned), ShopperAdditions> shoppers = [];
    private readonly Dictionary<(Place Hour, string Product), long> products = [];

    public Additions Window(Impression answer) => Of(windows, Place.Of(answer));

    public ShopperAdditions Shopper(Impression answer) => Of(shoppers, (Place.Of(answer), keys[answer.Store].Of(answer), (answer.User ?? answer.Session) is not null));

    public void Click(Impression answer, string product) => outcomes.Click(answer, product);

    public void Show(Impression answer)
    {
        outcomes.Add(answer);
        var place = Place.Of(answer);
        foreach (var product in answer.Items)
        {
            var key = (place with { Start = place.Hour }, product);
            products[key] = products.GetValueOrDefault(key) + 1;
        }
    }

    public async Task WriteAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        // In one order, so that replicas do not wait for each other crosswise.
        foreach (var (place, more) in windows.OrderBy(window => window.Key.ToString(), StringComparer.Ordinal))
            batch.BatchCommands.Add(Command(place, more));
        if (shoppers.Count > 0)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand("INSERT INTO cursors (name, position) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET position = cursors.position + 1") { Parameters = { Value(CursorRow.Changes) } });
            batch.BatchCommands.Add(Shoppers());
        }
        if (products.Count > 0)
            batch.BatchCommands.Add(Products());
        foreach (var command in outcomes.Commands())
            batch.BatchCommands.Add(command);
        if (batch.BatchCommands.Count > 0)
            await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlBatchCommand Command(Place place, Additions more) => new("""
        INSERT INTO quality_windows AS known (store, model, version, arm, placement, start, requests, failures, compared, overlap, impressions, clicks, add_to_carts, purchases,
            revenue, cache_hits, computed, queue_seconds, compute_seconds, latency_counts)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
        ON CONFLICT (store, model, version, arm, placement, start) DO UPDATE SET requests = known.requests + excluded.requests, failures = known.failures + excluded.failures,
            compared = known.compared + excluded.compared, overlap = known.overlap + excluded.overlap, impressions = known.impressions + excluded.impressions,
            clicks = known.clicks + excluded.clicks, add_to_carts = known.add_to_carts + excluded.add_to_carts, purchases = known.purchases + excluded.purchases,
            revenue = known.revenue + excluded.revenue, cache_hits = known.cache_hits + excluded.cache_hits, computed = known.computed + excluded.computed,
            queue_seconds = known.queue_seconds + excluded.queue_seconds, compute_seconds = known.compute_seconds + excluded.compute_seconds,
            latency_counts = (SELECT array_agg(coalesce(a, 0) + coalesce(b, 0) ORDER BY bucket) FROM unnest(known.latency_counts, excluded.latency_counts) WITH ORDINALITY AS bucket (a, b, bucket))
        """)
    {
        Parameters =
        {
            Value(place.Store), Value(place.Model), Value(place.Version), Value(place.Arm), Value(place.Placement), Value(place.Start.UtcDateTime),
            Value(more.Requests), Value(more.Failures), Value(more.Compared), Value(more.Overlap), Value(more.Impressions), Value(more.Clicks), Value(more.AddToCarts), Value(more.Purchases),
            Value(more.Revenue), Value(more.CacheHits), Value(more.Computed), Value(more.QueueSeconds), Value(more.ComputeSeconds), Value(more.LatencyCounts),
        },
    };

    private NpgsqlBatchCommand Shoppers()
    {
        var rows = shoppers.ToList();
        var command = new NpgsqlBatchCommand("""
            INSERT INTO shopper_minutes AS known (store, model, version, arm, placement, start, shopper, is_assigned, answers, impressions, clicks, add_to_carts, purchases, revenue, revision)
            SELECT more.*, (SELECT position FROM cursors WHERE name = $15) FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[], $6::timestamptz[], $7::bigint[], $8::boolean[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::float8[])
                AS more (store, model, version, arm, placement, start, shopper) ORDER BY start, shopper
            ON CONFLICT (store, model, start, version, arm, placement, shopper) DO UPDATE SET answers = known.answers + excluded.answers, impressions = known.impressions + excluded.impressions,
                clicks = known.clicks + excluded.clicks, add_to_carts = known.add_to_carts + excluded.add_to_carts, purchases = known.purchases + excluded.purchases, revenue = known.revenue + excluded.revenue,
                revision = excluded.revision
            """);
        AddPlaces(command, rows.Select(row => row.Key.Place));
        Add(command, NpgsqlDbType.Bigint, rows.Select(row => row.Key.Shopper));
        Add(command, NpgsqlDbType.Boolean, rows.Select(row => row.Key.IsAssigned));
        foreach (var count in new Func<ShopperAdditions, long>[] { more => more.Answers, more => more.Impressions, more => more.Clicks, more => more.AddToCarts, more => more.Purchases })
            Add(command, NpgsqlDbType.Bigint, rows.Select(row => count(row.Value)));
        Add(command, NpgsqlDbType.Double, rows.Select(row => row.Value.Revenue));
        command.Parameters.Add(Value(CursorRow.Changes));
        return command;
    }

    private NpgsqlBatchCommand Products()
    {
        var rows = products.ToList();
        var command = new NpgsqlBatchCommand("""
            INSERT INTO shown_products AS known (store, model, version, arm, placement, hour, product, times)
            SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::bigint[]) AS more (store, model, version, arm, placement, hour, product)
            ORDER BY hour, product
            ON CONFLICT (store, model, hour, version, arm, placement, product) DO UPDATE SET times = known.times + excluded.times
            """);
        AddPlaces(command, rows.Select(row => row.Key.Hour));
        Add(command, NpgsqlDbType.Text, rows.Select(row => row.Key.Product));
        Add(command, NpgsqlDbType.Bigint, rows.Select(row => row.Value));
        return command;
    }

    private static void AddPlaces(NpgsqlBatchCommand command, IEnumerable<Place> places)
    {
        var list = places.ToList();
        Add(command, NpgsqlDbType.Text, list.Select(place => place.Store));
        Add(command, NpgsqlDbType.Text, list.Select(place => place.Model));
        Add(command, NpgsqlDbType.Integer, list.Select(place => place.Version));
        Add(command, NpgsqlDbType.Text, list.Select(place => place.Arm));
        Add(command, NpgsqlDbType.Text, list.Select(place => place.Placement));
        Add(command, NpgsqlDbType.TimestampTz, list.Select(place => place.Start.UtcDateTime));
    }

    private static TValue Of<TKey, TValue>(Dictionary<TKey, TValue> all, TKey key) where TKey : notnull where TValue : new() =>
        all.TryGetValue(key, out var known) ? known : all[key] = new TValue();

    private static NpgsqlParameter Value(object value) => new() { Value = value };

    private static void Add<T>(NpgsqlBatchCommand command, NpgsqlDbType type, IEnumerable<T> values) =>
        command.Parameters.Add(new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type });
}
