using Aspire.Hosting.ApplicationModel;
using Azure.Storage.Blobs;
using ModelOps.AppHost.LocalEngine.Commands;
using ModelOps.AppHost.LocalEngine.Parts;
using ModelOps.AppHost.LocalEngine.Support;
using Npgsql;

namespace ModelOps.AppHost.LocalEngine.Doctor.Checks;

/// <summary>Databases, blob containers and the cache answer, and are of a version that is known to do.</summary>
internal sealed class StoresCheck : ICheck
{
    /// <summary>The oldest that the services' SQL is for.</summary>
    private const int LeastPostgres = 15;

    /// <summary>For each store: one that says nothing must not keep the others from being looked at.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public string Name => "stores";

    public async Task<IReadOnlyList<Finding>> RunAsync(Installation installation, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        foreach (var database in installation.Databases)
            findings.Add(await LookAsync(database, installation, DatabaseAsync, cancellationToken));
        foreach (var container in installation.Containers)
            findings.Add(await LookAsync(container, installation, ContainerAsync, cancellationToken));
        foreach (var cache in installation.Caches)
            findings.Add(await LookAsync(cache, installation, CacheAsync, cancellationToken));
        return findings;
    }

    private static async Task<Finding> LookAsync(IResourceWithConnectionString store, Installation installation, Func<string, string, CancellationToken, Task<Finding>> look, CancellationToken cancellationToken)
    {
        if (await installation.ConnectionStringAsync(store, cancellationToken) is not { } connectionString)
            return Finding.Skipped(store.Name, "the application does not run");
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ends.CancelAfter(Patience);
        try
        {
            return await look(store.Name, connectionString, ends.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Unreachable(store, $"no answer within {Patience.TotalSeconds:0} s");
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return Unreachable(store, exception.GetBaseException().Message);
        }
    }

    private static Finding Unreachable(IResourceWithConnectionString store, string reason) =>
        Finding.Broken(store.Name, $"is not reachable: {reason}", $"See logs/ in the data folder, or the server that ConnectionStrings__{store.Name} names.");

    private static async Task<Finding> DatabaseAsync(string name, string connectionString, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, Timeout = 5 }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return connection.PostgreSqlVersion.Major < LeastPostgres
            ? Finding.Broken(name, $"PostgreSQL {connection.PostgreSqlVersion} is too old", $"Use PostgreSQL {LeastPostgres} or newer.")
            : Finding.Fine(name, $"PostgreSQL {connection.PostgreSqlVersion}");
    }

    private static async Task<Finding> ContainerAsync(string name, string connectionString, CancellationToken cancellationToken)
    {
        var container = BlobContainers.Open(connectionString);
        return await container.ExistsAsync(cancellationToken)
            ? Finding.Fine(name, $"blob container at {container.Uri.Host}")
            : Finding.Broken(name, $"the container '{container.Name}' does not exist", "Make it; ModelOps.AppHost makes its own at the start.");
    }

    private static async Task<Finding> CacheAsync(string name, string connectionString, CancellationToken cancellationToken)
    {
        var (host, port, password, isEncrypted) = RedisPing.Split(connectionString);
        return await RedisPing.AskAsync(host, port, password, isEncrypted, cancellationToken) is { } wrong
            ? Finding.Broken(name, wrong, "Answers are made anew without it, slower. See logs/cache.log in the data folder, or the server that ConnectionStrings__cache names.")
            : Finding.Fine(name, "answers PING");
    }
}
