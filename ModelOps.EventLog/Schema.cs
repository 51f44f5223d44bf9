using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using ModelOps.Contracts.Events;
using Npgsql;

namespace ModelOps.EventLog;

/// <summary>The tables of <c>eventsdb</c>. Events and impressions are partitioned by their UTC day, a partition made when its first one comes.</summary>
internal sealed class Schema(NpgsqlDataSource database)
{
    /// <summary>Positions below this are settled: every transaction that could still write one has ended.</summary>
    public const string Settled = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint";

    /// <summary>The position of what this transaction writes.</summary>
    public const string Position = "pg_current_xact_id()::text::bigint";

    /// <summary>A new index over a large log takes its time; a connection that has gone silent must not hold everybody for ever.</summary>
    private const int LongestSeconds = 3600;
    private const long Turn = 7165002; // one replica at a time alters the schema

    /// <summary>
    /// <c>position</c> is the id of the transaction that appended the row. Readers stop below the oldest transaction still
    /// running, so no row appears behind a cursor that has passed it, and appends need no lock among themselves.
    /// </summary>
    private const string Tables = $"""
        CREATE TABLE IF NOT EXISTS events (
            store text NOT NULL,
            id text NOT NULL,
            time timestamptz NOT NULL,
            position bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
            name text NOT NULL,
            user_id text,
            session_id text,
            token text,
            items jsonb NOT NULL,
            PRIMARY KEY (store, id, time)) PARTITION BY RANGE (time);
        CREATE INDEX IF NOT EXISTS events_by_position ON events (position);
        CREATE INDEX IF NOT EXISTS events_by_user ON events (store, user_id, time DESC);
        CREATE INDEX IF NOT EXISTS events_by_shopper ON events (store, user_id COLLATE "C", position) WHERE name <> '{EventNames.Impression}';
        CREATE INDEX IF NOT EXISTS events_by_session ON events (store, session_id, time DESC) WHERE session_id IS NOT NULL;
        CREATE INDEX IF NOT EXISTS events_by_token ON events (token) WHERE token IS NOT NULL;
        CREATE INDEX IF NOT EXISTS events_by_time ON events USING brin (time) WITH (pages_per_range = 16, autosummarize = on);

        CREATE TABLE IF NOT EXISTS impressions (
            store text NOT NULL,
            token text NOT NULL,
            time timestamptz NOT NULL,
            position bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
            model text NOT NULL,
            version int NOT NULL,
            user_id text,
            items text[] NOT NULL,
            cached boolean NOT NULL,
            seconds double precision NOT NULL,
            PRIMARY KEY (store, token, time)) PARTITION BY RANGE (time);
        ALTER TABLE impressions ADD COLUMN IF NOT EXISTS arm text NOT NULL DEFAULT 'champion';
        ALTER TABLE impressions ADD COLUMN IF NOT EXISTS failed boolean NOT NULL DEFAULT false;
        ALTER TABLE impressions ADD COLUMN IF NOT EXISTS overlap double precision;
        ALTER TABLE impressions ADD COLUMN IF NOT EXISTS propensities float8[];
        ALTER TABLE impressions ADD COLUMN IF NOT EXISTS session_id text;
        ALTER TABLE impressions ADD COLUMN IF NOT EXISTS placement text NOT NULL DEFAULT '';
        ALTER TABLE impressions ADD COLUMN IF NOT EXISTS queue_seconds double precision;
        ALTER TABLE impressions ADD COLUMN IF NOT EXISTS compute_seconds double precision;
        ALTER TABLE impressions ADD COLUMN IF NOT EXISTS query text;
        ALTER TABLE impressions ADD COLUMN IF NOT EXISTS search jsonb;
        ALTER TABLE impressions ADD COLUMN IF NOT EXISTS assist jsonb;
        ALTER TABLE impressions ADD COLUMN IF NOT EXISTS score double precision;
        CREATE INDEX IF NOT EXISTS impressions_by_token ON impressions (token);
        CREATE INDEX IF NOT EXISTS impressions_by_position ON impressions (position);
        CREATE INDEX IF NOT EXISTS searches_by_position ON impressions (store, position) WHERE search IS NOT NULL;

        CREATE TABLE IF NOT EXISTS catalogue (
            store text NOT NULL,
            product text NOT NULL,
            price double precision,
            available boolean,
            price_time timestamptz,
            stock_time timestamptz,
            position bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
            stock_position bigint NOT NULL,
            price_position bigint NOT NULL,
            PRIMARY KEY (store, product));
        CREATE INDEX IF NOT EXISTS catalogue_by_position ON catalogue (position);

        CREATE TABLE IF NOT EXISTS rules (
            store text NOT NULL,
            version int NOT NULL,
            yaml text NOT NULL,
            by text,
            reason text,
            time timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (store, version));

        CREATE TABLE IF NOT EXISTS person_keys (store text PRIMARY KEY, secret bytea NOT NULL);

        CREATE TABLE IF NOT EXISTS consents (
            store text NOT NULL,
            person text NOT NULL,
            purpose text NOT NULL,
            granted boolean NOT NULL,
            by text,
            time timestamptz NOT NULL DEFAULT now(),
            position bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
            PRIMARY KEY (store, person, purpose));
        CREATE INDEX IF NOT EXISTS consents_by_position ON consents (position);
        """;

    private static readonly ConditionalWeakTable<NpgsqlDataSource, Schema> All = [];

    private readonly ConcurrentDictionary<(string Table, DateOnly Day), bool> partitions = new();
    private readonly Lock starting = new();
    private Task? exists;

    /// <summary>The one of a database, for all who open its tables.</summary>
    public static Schema Of(NpgsqlDataSource database) => All.GetValue(database, source => new Schema(source));

    /// <summary>Makes the tables where they are missing; asked before every use, so that a service can start while the log is away.</summary>
    /// <remarks>Whoever stops waiting leaves it running: a new index over a large log takes longer than a shopper waits.</remarks>
    public Task EnsureAsync(CancellationToken cancellationToken)
    {
        lock (starting)
        {
            if (exists is null or { IsFaulted: true } or { IsCanceled: true })
                exists = Task.Run(() => ExecuteInTurnAsync(Tables, CancellationToken.None), CancellationToken.None);
            return exists.IsCompletedSuccessfully ? Task.CompletedTask : exists.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Makes the partitions of <paramref name="times"/> where they are missing.</summary>
    public async Task EnsurePartitionsAsync(string table, IEnumerable<DateTimeOffset> times, CancellationToken cancellationToken)
    {
        await EnsureAsync(cancellationToken);
        foreach (var day in times.Select(time => DateOnly.FromDateTime(time.UtcDateTime)).Distinct())
        {
            if (partitions.ContainsKey((table, day)))
                continue;
            var next = day.AddDays(1);
            await ExecuteInTurnAsync(
                $"CREATE TABLE IF NOT EXISTS {table}_{day:yyyyMMdd} PARTITION OF {table} FOR VALUES FROM ('{day:yyyy-MM-dd}Z') TO ('{next:yyyy-MM-dd}Z')",
                cancellationToken);
            partitions[(table, day)] = true;
        }
    }

    /// <summary>Drops the days before <paramref name="oldest"/>.</summary>
    public async Task<int> DropBeforeAsync(DateOnly oldest, CancellationToken cancellationToken)
    {
        await EnsureAsync(cancellationToken);
        await using var list = database.CreateCommand("SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent WHERE p.relname IN ('events', 'impressions')");
        var expired = new List<string>();
        await using (var reader = await list.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                var partition = reader.GetString(0);
                if (DateOnly.TryParseExact(partition[(partition.LastIndexOf('_') + 1)..], "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day < oldest)
                    expired.Add(partition);
            }
        }
        foreach (var partition in expired)
            await ExecuteInTurnAsync($"DROP TABLE IF EXISTS {partition}", cancellationToken);
        partitions.Clear();
        return expired.Count;
    }

    private async Task ExecuteInTurnAsync(string sql, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var turn = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({Turn})", connection, transaction))
            await turn.ExecuteNonQueryAsync(cancellationToken);
        await using (var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = LongestSeconds })
            await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
