using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using ModelOps.AppHost.LocalEngine.Packages;
using ModelOps.AppHost.LocalEngine.Processes;
using ModelOps.AppHost.LocalEngine.Running;
using Npgsql;

namespace ModelOps.AppHost.LocalEngine.Parts;

/// <summary>A PostgreSQL server on the loopback interface, with its data checked and its leftovers cleared before each start.</summary>
internal sealed class PostgresPart(PostgresServerResource resource, string folder, EngineContext context) : IPart
{
    private const string WrongPassword = "28P01";
    private readonly Lock _turn = new();
    private Task _creating = Task.CompletedTask;

    public bool IsStore => true;

    private string DataDirectory => Path.Combine(folder, "data");

    public async Task<ProcessSpec> PrepareAsync(CancellationToken cancellationToken)
    {
        var native = await context.NodePackages.PostgresAsync(cancellationToken);
        var postgres = Path.Combine(native, "bin", "postgres");
        var prefix = await OrdinaryUser.PrefixAsync(postgres, folder, cancellationToken);
        if (!Directory.Exists(DataDirectory))
            await InitialiseAsync(Path.Combine(native, "bin", "initdb"), prefix, cancellationToken);
        await ClearLeftoversAsync();

        string[] command = [.. prefix, postgres, "-D", DataDirectory, .. Options()];
        return new ProcessSpec(command[0], command[1..], folder)
        {
            // SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for every client to leave.
            Stop = Signal.Interrupt,
            Environment = new Dictionary<string, string> { ["LC_ALL"] = "C", ["TZ"] = "UTC" },
        };
    }

    private IEnumerable<string> Options() => new Dictionary<string, string>
    {
        ["listen_addresses"] = "127.0.0.1",
        ["port"] = resource.PrimaryEndpoint.Port.ToString(CultureInfo.InvariantCulture),
        ["unix_socket_directories"] = "",
        ["max_connections"] = "200",
        ["shared_buffers"] = "64MB",
        ["wal_compression"] = "on",
        ["max_wal_size"] = "512MB",
        ["timezone"] = "UTC",
        ["log_timezone"] = "UTC",
    }.SelectMany(option => new[] { "-c", $"{option.Key}={option.Value}" });

    /// <summary>Under another name first, so that a half-made database is never taken for a whole one.</summary>
    private async Task InitialiseAsync(string initdb, IReadOnlyList<string> prefix, CancellationToken cancellationToken)
    {
        var next = $"{DataDirectory}.next";
        if (Directory.Exists(next))
            Directory.Delete(next, recursive: true);
        var passwordFile = Path.Combine(folder, "password.next");
        await File.WriteAllTextAsync(passwordFile, resource.PasswordParameter.Value, cancellationToken);
        try
        {
            // The built-in locale compares and lowers Unicode alike on every machine, whatever the system's libraries.
            string[] command = [.. prefix, initdb, "-D", next, "-U", resource.UserName, "-A", "scram-sha-256", "--pwfile", passwordFile,
                "-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"];
            var (exitCode, output) = await Command.RunAsync(command[0], command[1..], folder, null, cancellationToken);
            if (exitCode != 0)
                throw new DistributedApplicationException($"initdb failed with exit code {exitCode}: {output}");
        }
        finally
        {
            File.Delete(passwordFile);
        }
        Directory.Move(next, DataDirectory);
    }

    /// <summary>
    /// After a kill the old server's processes may still hold its shared memory, and its id in postmaster.pid may be
    /// another process's by now: PostgreSQL would refuse to start. All its processes work in the data directory.
    /// </summary>
    private async Task ClearLeftoversAsync()
    {
        await OrphanSweep.EndAsync([.. ProcessEntry.All().Where(process => process.WorksIn(DataDirectory))], TimeSpan.FromSeconds(1));
        File.Delete(Path.Combine(DataDirectory, "postmaster.pid"));
    }

    public async Task<string?> ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await OpenAsync(cancellationToken);
            return null;
        }
        catch (PostgresException wrong) when (wrong.SqlState == WrongPassword)
        {
            return $"the password of '{resource.Name}' is not the one that its data was made with. Set Parameters__{resource.PasswordParameter.Name} to that one, or begin anew with --reset";
        }
    }

    public async Task CreateDatabaseAsync(PostgresDatabaseResource database, CancellationToken cancellationToken)
    {
        // One at a time: each is a copy of template1, which nobody else may use meanwhile.
        Task turn;
        lock (_turn)
            turn = _creating = CreateAfterAsync(_creating, database.DatabaseName, cancellationToken);
        await turn;
    }

    private async Task CreateAfterAsync(Task before, string name, CancellationToken cancellationToken)
    {
        await before.ContinueWith(_ => { }, TaskScheduler.Default);
        await using var connection = await OpenAsync(cancellationToken);
        await using var exists = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection) { Parameters = { new() { Value = name } } };
        if (await exists.ExecuteScalarAsync(cancellationToken) is not null)
            return;
        await using var create = new NpgsqlCommand($"CREATE DATABASE \"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", connection);
        await create.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connectionString = await resource.ConnectionStringExpression.GetValueAsync(cancellationToken);
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Database = "postgres", Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }
}
