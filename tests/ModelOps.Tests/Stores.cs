using System.Collections.Concurrent;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.EntityFrameworkCore;
using Npgsql;

[assembly: AssemblyFixture(typeof(ModelOps.Tests.Stores))]

namespace ModelOps.Tests;

/// <summary>The real stores, PostgreSQL, Garnet and Azurite, started once for all tests by the engine that runs the product.</summary>
public sealed partial class Stores : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15); // the first start downloads the stores

    private readonly string folder = Directory.CreateTempSubdirectory("modelops-tests-").FullName;
    private DistributedApplication? application;
    private readonly Dictionary<string, Func<string, DbContext>> migrated = [];
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> templates = new();
    private int databases;

    public string Postgres { get; private set; } = "";

    public string Cache { get; private set; } = "";

    public string Blobs { get; private set; } = "";

    /// <summary>The databases that this project's services migrate, by the name of their connection.</summary>
    static partial void AddMigrated(Dictionary<string, Func<string, DbContext>> migrated);

    public async ValueTask InitializeAsync()
    {
        AddMigrated(migrated);
        Environment.SetEnvironmentVariable("MODELOPS_DATA", folder); // for what the services under test keep on disk
        var builder = DistributedApplication.CreateBuilder(["--data", folder, "--MODELOPS_PORTS=dynamic"]);
        var postgres = builder.AddPostgres("postgres").AddDatabase("testsdb");
        var cache = builder.AddRedis("cache");
        var files = builder.AddAzureStorage("storage").RunAsEmulator().AddBlobContainer("files");
        application = builder.Build();
        await application.StartAsync();
        using var patience = new CancellationTokenSource(Patience);
        foreach (var resource in new[] { "testsdb", "cache", "files" })
            await application.ResourceNotifications.WaitForResourceHealthyAsync(resource, patience.Token);
        Postgres = await ConnectionStringAsync(postgres.Resource);
        await WaitForNoDiskAsync();
        Cache = await ConnectionStringAsync(cache.Resource);
        Blobs = await ConnectionStringAsync(files.Resource);
    }

    /// <summary>Nothing here outlives a power cut; hundreds of databases are made, each a thousand files.</summary>
    private async Task WaitForNoDiskAsync()
    {
        await using var server = NpgsqlDataSource.Create(Postgres);
        foreach (var setting in new[] { "fsync", "full_page_writes", "synchronous_commit" })
        {
            await using var set = server.CreateCommand($"ALTER SYSTEM SET {setting} = off");
            await set.ExecuteNonQueryAsync();
        }
        await using var reload = server.CreateCommand("SELECT pg_reload_conf()");
        await reload.ExecuteNonQueryAsync();
    }

    private static async Task<string> ConnectionStringAsync(IResourceWithConnectionString resource) => (await resource.GetConnectionStringAsync())!;

    /// <summary>A database of a test's own: an empty one, or as a service's migrations leave the one of that name.</summary>
    public async Task<string> NewDatabaseAsync(string? of = null)
    {
        var name = $"test{Interlocked.Increment(ref databases)}";
        var template = of is not null && migrated.ContainsKey(of) ? await templates.GetOrAdd(of, one => new(() => MakeTemplateAsync(one))).Value : "template1";
        await using var server = NpgsqlDataSource.Create(Postgres);
        await using var create = server.CreateCommand($"CREATE DATABASE {name} TEMPLATE {template}");
        await create.ExecuteNonQueryAsync();
        // The pool of a service that a test has ended lives on in this process: its connections are closed at once, or a few hundred tests use up the server's hundred.
        return new NpgsqlConnectionStringBuilder(Postgres) { Database = name, MaxPoolSize = 10, ConnectionIdleLifetime = 2, ConnectionPruningInterval = 1 }.ConnectionString;
    }

    /// <summary>Migrated once for all tests: hundreds of services start here, each of which would do it again.</summary>
    private async Task<string> MakeTemplateAsync(string name)
    {
        var template = $"template_{name}";
        await using var server = NpgsqlDataSource.Create(Postgres);
        await using var create = server.CreateCommand($"CREATE DATABASE {template}");
        await create.ExecuteNonQueryAsync();
        await using var context = migrated[name](new NpgsqlConnectionStringBuilder(Postgres) { Database = template, Pooling = false }.ConnectionString);
        await context.Database.MigrateAsync();
        return template;
    }

    private static DbContextOptions<T> Options<T>(string connection) where T : DbContext => new DbContextOptionsBuilder<T>().UseNpgsql(connection).UseSnakeCaseNamingConvention().Options;

    /// <summary>A service in this process, with databases of its own.</summary>
    internal async Task<Service<TEntryPoint>> StartAsync<TEntryPoint>(string[] databaseNames, Action<Microsoft.AspNetCore.Hosting.IWebHostBuilder>? configure = null) where TEntryPoint : class =>
        new(await SettingsAsync(databaseNames), configure);

    /// <summary>What a service is told by the AppHost, with databases of its own.</summary>
    internal async Task<IReadOnlyDictionary<string, string>> SettingsAsync(params string[] databaseNames)
    {
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings:cache"] = Cache,
            ["ConnectionStrings:datasetfiles"] = Blobs,
            ["ConnectionStrings:modelfiles"] = Blobs,
            ["ConnectionStrings:checkpoints"] = Blobs,
            ["ConnectionStrings:exportfiles"] = Blobs,
            ["Trainer:WorkFolder"] = Path.Combine(folder, "trainer", Guid.NewGuid().ToString("N")),
            ["Batching:DefaultDeadlineMilliseconds"] = "600000", // a slow machine is no failure
            ["Packages:Folder"] = Path.Combine(folder, "packages", Guid.NewGuid().ToString("N")),
        };
        foreach (var name in databaseNames)
            settings[$"ConnectionStrings:{name}"] = await NewDatabaseAsync(name);
        return settings;
    }

    public async ValueTask DisposeAsync()
    {
        if (application is not null)
            await application.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
