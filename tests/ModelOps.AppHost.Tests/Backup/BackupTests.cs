using Azure.Storage.Blobs.Models;
using ModelOps.AppHost.LocalEngine.Commands;
using ModelOps.AppHost.LocalEngine.Running;
using ModelOps.AppHost.LocalEngine.Storage;
using ModelOps.AppHost.LocalEngine.Support;
using Npgsql;

namespace ModelOps.AppHost.Tests.Backup;

/// <summary>Backup under writes, wipe, restore, on the real stores.</summary>
public sealed class BackupTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Data => Path.Combine(folder.Path, "data");

    private string Backup => Path.Combine(folder.Path, "shop.backup");

    [Fact]
    public async Task BackupUnderWrites_WipeAndRestore_GivesOneMomentOfAllStores()
    {
        long position, rows;
        string checkSum;
        var before = Model();
        await using (var application = before.Application)
        {
            await application.StartStoresAsync(CancellationToken.None);
            await PrepareAsync(before);
            using var ending = new CancellationTokenSource();
            var writing = WriteAsync(before, ending.Token);
            await Task.Delay(500);

            Assert.Equal(0, await RunAsync(Model(), "backup", Backup));

            await ending.CancelAsync();
            (position, rows) = await writing;
            checkSum = await SettledAsync(before);
        }
        Directory.Delete(Data, recursive: true);

        Assert.Contains("passphrase is another one", (await Assert.ThrowsAsync<DistributedApplicationException>(() => RunAsync(Model("another passphrase"), "restore", Backup))).Message, StringComparison.Ordinal);
        Assert.Equal(0, await RunAsync(Model(), "restore", Backup));

        var after = Model();
        await using var restored = after.Application;
        await restored.StartStoresAsync(CancellationToken.None);
        Assert.Equal(checkSum, await SettledAsync(after));
        // Each number is written to one database, then to the other: at one moment of the server they differ by one at most, and none is left out.
        var (shop, log) = (await NumbersAsync(after, "shop"), await NumbersAsync(after, "log"));
        Assert.Equal(Enumerable.Range(1, shop.Count), shop);
        Assert.Equal(Enumerable.Range(1, log.Count), log);
        Assert.InRange(shop.Count - log.Count, 0, 1);
        Assert.InRange(shop.Count, 1, rows);
        // Positions of the event log go on upwards, which cursors rely on.
        Assert.True(await AskAsync<long>(after, "log", "SELECT pg_current_xact_id()::text::bigint") > await AskAsync<long>(after, "log", "SELECT max(position) FROM numbers"));
        Assert.True(await AskAsync<long>(after, "log", "SELECT max(position) FROM numbers") <= position);
        // Every blob that a database names is there, with its bytes, type and metadata.
        var files = await FilesAsync(after);
        foreach (var number in shop)
            Assert.Equal($"blob {number}", (await files.GetBlobClient($"folder/{number}").DownloadContentAsync()).Value.Content.ToString());
        var properties = (await files.GetBlobClient("typed file").GetPropertiesAsync()).Value;
        Assert.Equal(("text/csv", "yes"), (properties.ContentType, properties.Metadata["kept"]));
        Assert.Equal(0, (await files.GetBlobClient("empty").GetPropertiesAsync()).Value.ContentLength);
    }

    [Fact]
    public async Task Restore_DamagedBackup_IsRefusedAndTouchesNothing()
    {
        Assert.Equal(0, await RunAsync(Model(), "backup", Backup)); // of stores that do not run: it starts them
        var bytes = await File.ReadAllBytesAsync(Backup);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Backup));
        Assert.False(File.Exists($"{Backup}.partial"));

        Assert.Contains("--overwrite", (await Assert.ThrowsAsync<DistributedApplicationException>(() => RunAsync(Model(), "restore", Backup))).Message, StringComparison.Ordinal);

        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(Backup, bytes);
        var there = Directory.GetFileSystemEntries(Data);
        await Assert.ThrowsAsync<DistributedApplicationException>(() => RunAsync(Model(args: "--overwrite"), "restore", Backup));
        Assert.Equal(there, Directory.GetFileSystemEntries(Data));
    }

    [Fact]
    public async Task Backup_WithoutPassphrase_IsRefused()
    {
        Assert.Contains("openssl rand", (await Assert.ThrowsAsync<DistributedApplicationException>(() => RunAsync(Model(""), "backup", Backup))).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Backup));
    }

    [Fact]
    public async Task UnfinishedRestore_IsSaid_AndNothingStarts()
    {
        Directory.CreateDirectory(Data);
        await File.WriteAllTextAsync(Path.Combine(Data, DataFolder.UnfinishedRestore), Backup);
        await using var application = Model().Application;

        Assert.Contains("--overwrite", (await Assert.ThrowsAsync<DistributedApplicationException>(() => application.StartStoresAsync(CancellationToken.None))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_StoreElsewhere_IsRefused() => Assert.Contains(
        "ConnectionStrings__shop", (await Assert.ThrowsAsync<DistributedApplicationException>(() => RunAsync(Model(args: "--ConnectionStrings:shop=Host=elsewhere"), "restore", Backup))).Message, StringComparison.Ordinal);

    private sealed record Shop(DistributedApplicationBuilder Builder, DistributedApplication Application, IReadOnlyDictionary<string, IResourceWithConnectionString> Databases, IResourceWithConnectionString Files);

    /// <summary>The same model each time, as AppHost.cs gives it to every start.</summary>
    private Shop Model(string passphrase = "correct horse battery", params string[] args)
    {
        var builder = (DistributedApplicationBuilder)DistributedApplication.CreateBuilder(["--data", Data, "--MODELOPS_PORTS=dynamic", $"--MODELOPS_BACKUP_PASSPHRASE={passphrase}", .. args]);
        var postgres = builder.AddPostgres("postgres").WithDataVolume();
        var databases = new[] { "shop", "log" }.ToDictionary(name => name, IResourceWithConnectionString (name) => postgres.AddDatabase(name).Resource);
        var files = builder.AddAzureStorage("storage").RunAsEmulator(emulator => emulator.WithDataVolume()).AddBlobContainer("files");
        return new Shop(builder, builder.Build(), databases, files.Resource);
    }

    private static async Task<int> RunAsync(Shop shop, string command, string file)
    {
        await using (shop.Application)
            return await CommandList.Find(command).RunAsync(new CommandContext(shop.Application, shop.Builder, new Installation(shop.Builder), [file], new EngineConsole(TextWriter.Null, colours: false)), CancellationToken.None);
    }

    private static async Task PrepareAsync(Shop shop)
    {
        foreach (var database in shop.Databases.Keys)
            await AskAsync<object>(shop, database, "CREATE TABLE numbers (n int PRIMARY KEY, position bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint))");
        await AskAsync<object>(shop, "shop", "CREATE TABLE settled AS SELECT n, md5(n::text) AS text, repeat(md5(n::text), 20) AS long FROM generate_series(1, 20000) n");
        await AskAsync<object>(shop, "shop", "CREATE INDEX settled_by_text ON settled (text)");
        var files = await FilesAsync(shop);
        await files.GetBlobClient("typed file").UploadAsync(BinaryData.FromString("a,b"), new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = "text/csv" }, Metadata = new Dictionary<string, string> { ["kept"] = "yes" } });
        await files.GetBlobClient("empty").UploadAsync(BinaryData.FromString(""));
    }

    /// <summary>As the services do: the blob first, then the row that names it; then the other database, as a cursor follows its log.</summary>
    private static async Task<(long Position, long Rows)> WriteAsync(Shop shop, CancellationToken cancellationToken)
    {
        var files = await FilesAsync(shop);
        var n = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            n++;
            await files.GetBlobClient($"folder/{n}").UploadAsync(BinaryData.FromString($"blob {n}"), CancellationToken.None);
            await AskAsync<object>(shop, "shop", $"INSERT INTO numbers VALUES ({n})");
            await AskAsync<object>(shop, "log", $"INSERT INTO numbers VALUES ({n})");
        }
        return (await AskAsync<long>(shop, "log", "SELECT max(position) FROM numbers"), n);
    }

    private static Task<string> SettledAsync(Shop shop) => AskAsync<string>(shop, "shop", "SELECT md5(string_agg(text || long, ',' ORDER BY n)) FROM settled");

    private static async Task<List<int>> NumbersAsync(Shop shop, string database) => [.. await AskAsync<int[]>(shop, database, "SELECT array_agg(n ORDER BY n) FROM numbers")];

    private static async Task<T> AskAsync<T>(Shop shop, string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create((await shop.Databases[database].GetConnectionStringAsync())!);
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<Azure.Storage.Blobs.BlobContainerClient> FilesAsync(Shop shop) => BlobContainers.Open((await shop.Files.GetConnectionStringAsync())!);

    public void Dispose() => folder.Dispose();
}
