using ModelOps.Contracts;
using Npgsql;

namespace ModelOps.Jobs;

/// <summary>
/// A durable queue in PostgreSQL: <c>FOR UPDATE SKIP LOCKED</c> hands each job to one worker, a lease with expiry and a fencing
/// token takes it back from a dead one, <c>NOTIFY</c> wakes the idle. All times are the database's.
/// </summary>
public sealed class JobQueue(NpgsqlDataSource database)
{
    internal const string Channel = "modelops_jobs";

    private const string Schema = """
        CREATE TABLE IF NOT EXISTS jobs (
            id uuid PRIMARY KEY,
            store text NOT NULL,
            kind text NOT NULL,
            state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'leased', 'succeeded', 'failed', 'cancelled')),
            attempt int NOT NULL DEFAULT 0,
            token bigint NOT NULL DEFAULT 0,
            lease_owner text,
            lease_until timestamptz,
            run_after timestamptz NOT NULL DEFAULT now(),
            error text,
            created_at timestamptz NOT NULL DEFAULT now(),
            ended_at timestamptz);
        CREATE INDEX IF NOT EXISTS jobs_due ON jobs (kind, run_after) WHERE state IN ('queued', 'leased');
        """;

    /// <summary>Creates the table; safe to call from several replicas at once.</summary>
    public async Task CreateSchemaAsync(CancellationToken cancellationToken = default)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // CREATE … IF NOT EXISTS races with itself: one replica at a time.
        await using (var turn = new NpgsqlCommand("SELECT pg_advisory_xact_lock(7165001)", connection, transaction))
            await turn.ExecuteNonQueryAsync(cancellationToken);
        await using (var create = new NpgsqlCommand(Schema, connection, transaction))
            await create.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Adds a job. False when a job of this id is already there.</summary>
    public async Task<bool> EnqueueAsync(Guid id, StoreId store, string kind, CancellationToken cancellationToken = default)
    {
        await using var command = database.CreateCommand(
            "WITH added AS (INSERT INTO jobs (id, store, kind) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING RETURNING id) " +
            $"SELECT pg_notify('{Channel}', $3) FROM added");
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = store.Value });
        command.Parameters.Add(new() { Value = kind });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken);
    }

    /// <summary>Queues a job anew that has ended or is about to: what waited for something outside goes on. A worker that still holds it does not end it any more.</summary>
    public Task RequeueAsync(Guid id, StoreId store, string kind, CancellationToken cancellationToken = default) =>
        RequeueAsync(id, store, kind, "jobs.state <> 'queued'", cancellationToken);

    /// <summary>As <see cref="RequeueAsync(Guid, StoreId, string, CancellationToken)"/>, but leaves a job alone that a worker holds: for who may be asking a second time.</summary>
    public Task RequeueEndedAsync(Guid id, StoreId store, string kind, CancellationToken cancellationToken = default) =>
        RequeueAsync(id, store, kind, "jobs.state NOT IN ('queued', 'leased')", cancellationToken);

    private async Task RequeueAsync(Guid id, StoreId store, string kind, string condition, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"""
            WITH again AS (
                INSERT INTO jobs (id, store, kind) VALUES ($1, $2, $3)
                ON CONFLICT (id) DO UPDATE SET state = 'queued', attempt = 0, token = jobs.token + 1, lease_owner = NULL, lease_until = NULL, run_after = now(), error = NULL, ended_at = NULL
                WHERE {condition}
                RETURNING id)
            SELECT pg_notify('{Channel}', $3) FROM again
            """);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = store.Value });
        command.Parameters.Add(new() { Value = kind });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
    }

    /// <summary>Takes the job that has waited longest, or one whose lease ran out; null when there is none.</summary>
    public async Task<Job?> LeaseAsync(IReadOnlyCollection<string> kinds, string owner, TimeSpan lease, CancellationToken cancellationToken = default)
    {
        await using var command = database.CreateCommand("""
            UPDATE jobs SET state = 'leased', attempt = attempt + 1, token = token + 1, lease_owner = $2, lease_until = now() + $3
            WHERE id = (
                SELECT id FROM jobs
                WHERE kind = ANY($1) AND ((state = 'queued' AND run_after <= now()) OR (state = 'leased' AND lease_until < now()))
                ORDER BY run_after, created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING id, store, kind, attempt, token
            """);
        command.Parameters.Add(new() { Value = kinds.ToArray() });
        command.Parameters.Add(new() { Value = owner });
        command.Parameters.Add(new() { Value = lease });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new Job(reader.GetGuid(0), new StoreId(reader.GetString(1)), reader.GetString(2), reader.GetInt32(3), reader.GetInt64(4))
            : null;
    }

    /// <summary>Extends a lease. False when it is no longer this worker's, or the job was cancelled.</summary>
    public Task<bool> RenewAsync(Job job, TimeSpan lease, CancellationToken cancellationToken = default) =>
        UpdateAsync(job, "lease_until = now() + $3", cancellationToken, lease);

    public Task<bool> CompleteAsync(Job job, CancellationToken cancellationToken = default) =>
        UpdateAsync(job, "state = 'succeeded', ended_at = now(), lease_until = NULL, error = NULL", cancellationToken);

    /// <summary>Gives the job back, to be run again after <paramref name="delay"/>.</summary>
    public Task<bool> RetryAsync(Job job, string error, TimeSpan delay, CancellationToken cancellationToken = default) =>
        UpdateAsync(job, "state = 'queued', lease_until = NULL, run_after = now() + $3, error = $4", cancellationToken, delay, error);

    /// <summary>Gives the job back untried, to be run after <paramref name="delay"/>.</summary>
    public Task<bool> PostponeAsync(Job job, string reason, TimeSpan delay, CancellationToken cancellationToken = default) =>
        UpdateAsync(job, "state = 'queued', lease_until = NULL, attempt = attempt - 1, run_after = now() + $3, error = $4", cancellationToken, delay, reason);

    /// <summary>Gives the job back untried: the worker is stopping.</summary>
    public Task<bool> ReleaseAsync(Job job, CancellationToken cancellationToken = default) =>
        UpdateAsync(job, $"state = 'queued', lease_until = NULL, attempt = attempt - 1, run_after = now()", cancellationToken);

    public Task<bool> FailAsync(Job job, string error, CancellationToken cancellationToken = default) =>
        UpdateAsync(job, "state = 'failed', ended_at = now(), lease_until = NULL, error = $3", cancellationToken, error);

    /// <summary>Cancels a job that has not ended. Its worker notices at the next renewal.</summary>
    public async Task<bool> CancelAsync(Guid id, CancellationToken cancellationToken = default)
    {
        await using var command = database.CreateCommand(
            "UPDATE jobs SET state = 'cancelled', ended_at = now(), token = token + 1 WHERE id = $1 AND state IN ('queued', 'leased')");
        command.Parameters.Add(new() { Value = id });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Which of these jobs wait or run. The others have ended, or there are none of that id.</summary>
    public async Task<IReadOnlySet<Guid>> LiveAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken = default)
    {
        await using var command = database.CreateCommand("SELECT id FROM jobs WHERE id = ANY($1) AND state IN ('queued', 'leased')");
        command.Parameters.Add(new() { Value = ids.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var live = new HashSet<Guid>();
        while (await reader.ReadAsync(cancellationToken))
            live.Add(reader.GetGuid(0));
        return live;
    }

    /// <summary>Forgets jobs that ended longer ago than <paramref name="retention"/>.</summary>
    public async Task<int> RemoveEndedAsync(TimeSpan retention, CancellationToken cancellationToken = default)
    {
        await using var command = database.CreateCommand("DELETE FROM jobs WHERE ended_at < now() - $1");
        command.Parameters.Add(new() { Value = retention });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<bool> UpdateAsync(Job job, string assignments, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = database.CreateCommand($"UPDATE jobs SET {assignments} WHERE id = $1 AND token = $2 AND state = 'leased'");
        command.Parameters.Add(new() { Value = job.Id });
        command.Parameters.Add(new() { Value = job.Token });
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }
}
