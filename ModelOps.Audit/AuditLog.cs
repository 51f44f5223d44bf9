using ModelOps.Contracts;
using ModelOps.Contracts.Audit;
using Npgsql;
using NpgsqlTypes;

namespace ModelOps.Audit;

/// <summary>
/// The table <c>audit</c> in a service's own database. An entry is written before the call is carried out and gets its outcome afterwards;
/// the database refuses every other change to it.
/// </summary>
public sealed class AuditLog(NpgsqlDataSource database) : IDisposable
{
    private const string Schema = """
        CREATE TABLE IF NOT EXISTS audit (
            id uuid PRIMARY KEY,
            store text NOT NULL,
            time timestamptz NOT NULL,
            actor text NOT NULL,
            role text NOT NULL,
            action text NOT NULL,
            path text NOT NULL,
            request text,
            before text,
            after text,
            status int,
            seconds double precision,
            trace_id text);
        CREATE INDEX IF NOT EXISTS audit_newest ON audit (store, id DESC);
        CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' AND OLD.status IS NULL
               AND (NEW.id, NEW.store, NEW.time, NEW.actor, NEW.role, NEW.action, NEW.path) = (OLD.id, OLD.store, OLD.time, OLD.actor, OLD.role, OLD.action, OLD.path)
               AND NEW.request IS NOT DISTINCT FROM OLD.request THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'audit is append-only';
        END $$;
        CREATE OR REPLACE TRIGGER audit_rows BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
        CREATE OR REPLACE TRIGGER audit_all BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
        """;

    private const string Columns = "id, time, actor, role, action, path, request, before, after, status, seconds, trace_id";

    private readonly SemaphoreSlim turn = new(1);
    private bool isReady;

    /// <summary>Writes down what is about to happen.</summary>
    public async Task BeginAsync(StoreId store, AuditEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        await CreateSchemaAsync(cancellationToken);
        await using var insert = database.CreateCommand("INSERT INTO audit (id, store, time, actor, role, action, path, request, trace_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
        object?[] values = [entry.Id, store.Value, entry.Time.UtcDateTime, entry.By, entry.Role, entry.Action, entry.Path];
        foreach (var value in values)
            insert.Parameters.Add(new() { Value = value });
        foreach (var text in new[] { entry.Request, entry.TraceId })
            insert.Parameters.Add(Text(text));
        await insert.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Writes down how it ended.</summary>
    public async Task EndAsync(Guid id, int status, double seconds, string? before, string? after, CancellationToken cancellationToken)
    {
        await using var update = database.CreateCommand("UPDATE audit SET status = $2, seconds = $3, before = $4, after = $5 WHERE id = $1");
        update.Parameters.Add(new() { Value = id });
        update.Parameters.Add(new() { Value = status });
        update.Parameters.Add(new() { Value = seconds });
        update.Parameters.Add(Text(before));
        update.Parameters.Add(Text(after));
        await update.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A store's, the newest first.</summary>
    public async Task<IReadOnlyList<AuditEntry>> ListAsync(StoreId store, string? by, DateTimeOffset? from, DateTimeOffset? to, Guid? after, int limit, CancellationToken cancellationToken)
    {
        await CreateSchemaAsync(cancellationToken);
        await using var select = database.CreateCommand($"""
            SELECT {Columns} FROM audit
            WHERE store = $1 AND ($2::text IS NULL OR actor = $2) AND ($3::timestamptz IS NULL OR time >= $3) AND ($4::timestamptz IS NULL OR time < $4) AND ($5::uuid IS NULL OR id < $5)
            ORDER BY id DESC LIMIT $6
            """);
        select.Parameters.Add(new() { Value = store.Value });
        select.Parameters.Add(Text(by));
        select.Parameters.Add(new() { Value = (object?)from?.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        select.Parameters.Add(new() { Value = (object?)to?.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        select.Parameters.Add(new() { Value = (object?)after ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        select.Parameters.Add(new() { Value = limit });
        var entries = new List<AuditEntry>();
        await using var rows = await select.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            entries.Add(Read(rows));
        return entries;
    }

    private static AuditEntry Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetFieldValue<DateTimeOffset>(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5),
        TextAt(row, 6), TextAt(row, 7), TextAt(row, 8), row.IsDBNull(9) ? null : row.GetInt32(9), row.IsDBNull(10) ? null : row.GetDouble(10), TextAt(row, 11));

    private static string? TextAt(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private async Task CreateSchemaAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref isReady))
            return;
        await turn.WaitAsync(cancellationToken);
        try
        {
            if (isReady)
                return;
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            // CREATE … IF NOT EXISTS races with itself: one replica at a time.
            await using (var wait = new NpgsqlCommand("SELECT pg_advisory_xact_lock(7165002)", connection, transaction))
                await wait.ExecuteNonQueryAsync(cancellationToken);
            await using (var create = new NpgsqlCommand(Schema, connection, transaction))
                await create.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            Volatile.Write(ref isReady, true);
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();
}
