using Azure.Storage.Blobs;
using ModelOps.AppHost.LocalEngine.Processes;
using Npgsql;
using StackExchange.Redis;

namespace ModelOps.AppHost.Tests;

/// <summary>The three stores, started in this process as other test projects do it.</summary>
public sealed class StoresTests : IDisposable
{
    private readonly TemporaryFolder _data = new();

    [Fact]
    public async Task Data_OfAllStores_SurvivesRestart()
    {
        await using (var first = await Stores.StartAsync(_data.Path))
            await first.WriteAsync("one");

        await using var second = await Stores.StartAsync(_data.Path);

        Assert.Equal(("one", "one", "one"), await second.ReadAsync());
    }

    [Fact]
    public async Task KilledStores_ComeBack_OnTheirPortsWithTheirData()
    {
        await using var stores = await Stores.StartAsync(_data.Path);
        await stores.WriteAsync("kept");
        // Azurite saves the list of its blobs every five seconds.
        await Task.Delay(TimeSpan.FromSeconds(6));

        foreach (var store in new[] { "postgres", "cache", "storage" })
            Signals.Send(stores.Application.ResourceNotifications.Current(store).Replicas[0].ProcessId!.Value, Signal.Kill);
        await Eventually.TrueAsync(() => new[] { "postgres", "cache", "storage" }.All(store =>
            stores.Application.ResourceNotifications.Current(store) is { Healthy: true, Replicas: [{ Restarts: >= 1 }] }), "The restart of the stores");

        Assert.Equal(("kept", "kept", "kept"), await stores.ReadAsync());
    }

    [Fact]
    public async Task Stores_WithoutDataVolume_StartEmpty()
    {
        await using (var first = await Stores.StartAsync(_data.Path, volumes: false))
            await first.WriteAsync("gone");

        await using var second = await Stores.StartAsync(_data.Path, volumes: false);

        await Assert.ThrowsAsync<PostgresException>(second.ReadAsync);
    }

    [Fact]
    public async Task Reset_ClearsTheData()
    {
        await using (var first = await Stores.StartAsync(_data.Path))
            await first.WriteAsync("gone");

        await using var second = await Stores.StartAsync(_data.Path, args: "--reset");

        await Assert.ThrowsAsync<PostgresException>(second.ReadAsync);
    }

    public void Dispose() => _data.Dispose();
}

internal sealed class Stores(
    DistributedApplication application, IResourceWithConnectionString database, IResourceWithConnectionString cache, IResourceWithConnectionString container)
    : IAsyncDisposable
{
    public DistributedApplication Application { get; } = application;

    public static async Task<Stores> StartAsync(string data, bool volumes = true, params string[] args)
    {
        var builder = DistributedApplication.CreateBuilder(["--data", data, "--MODELOPS_PORTS=dynamic", .. args]);
        var postgres = builder.AddPostgres("postgres");
        var database = postgres.AddDatabase("shop-db", "shop");
        var cache = builder.AddRedis("cache");
        var storage = builder.AddAzureStorage("storage").RunAsEmulator(emulator =>
        {
            if (volumes)
                emulator.WithDataVolume();
        });
        var container = storage.AddBlobContainer("files");
        if (volumes)
        {
            postgres.WithDataVolume();
            cache.WithDataVolume("cache-volume");
        }
        var application = builder.Build();
        await application.StartAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(15));
        foreach (var resource in new[] { "shop-db", "cache", "files" })
            await application.ResourceNotifications.WaitForResourceHealthyAsync(resource, patience.Token);
        return new Stores(application, database.Resource, cache.Resource, container.Resource);
    }

    public async Task WriteAsync(string value)
    {
        await using var postgres = NpgsqlDataSource.Create((await database.GetConnectionStringAsync())!);
        await using var command = postgres.CreateCommand($"CREATE TABLE kept (value text); INSERT INTO kept VALUES ('{value}')");
        await command.ExecuteNonQueryAsync();
        await using var redis = await ConnectionMultiplexer.ConnectAsync((await cache.GetConnectionStringAsync())!);
        await redis.GetDatabase().StringSetAsync("kept", value);
        await (await FilesAsync()).GetBlobClient("kept").UploadAsync(BinaryData.FromString(value), overwrite: true);
        await Task.Delay(1000); // Garnet writes its log a moment later
    }

    public async Task<(string Row, string Key, string Blob)> ReadAsync()
    {
        await using var postgres = NpgsqlDataSource.Create((await database.GetConnectionStringAsync())!);
        await using var command = postgres.CreateCommand("SELECT value FROM kept");
        var row = (string)(await command.ExecuteScalarAsync())!;
        await using var redis = await ConnectionMultiplexer.ConnectAsync((await cache.GetConnectionStringAsync())!);
        var key = (string)(await redis.GetDatabase().StringGetAsync("kept"))!;
        var blob = (await (await FilesAsync()).GetBlobClient("kept").DownloadContentAsync()).Value.Content.ToString();
        return (row, key, blob);
    }

    private async Task<BlobContainerClient> FilesAsync()
    {
        var parts = (await container.GetConnectionStringAsync())!.Split(";ContainerName=");
        return new BlobContainerClient(parts[0].TrimEnd(';'), parts[1]);
    }

    public ValueTask DisposeAsync() => Application.DisposeAsync();
}
