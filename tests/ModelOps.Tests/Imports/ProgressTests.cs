using System.Text;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.DataPrep.Datasets;
using Npgsql;

namespace ModelOps.Tests.Imports;

/// <summary>What an import tells of itself while it runs; each test holds it where it wants to look.</summary>
public sealed class ProgressTests(Stores stores) : IAsyncLifetime
{
    private const string Events = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\n1,a,1300000000,view\n";
    private Service<DatasetsDb> service = null!;
    private HttpClient http = null!;
    private DataPrepClient client = null!;
    private NpgsqlDataSource database = null!;
    private NpgsqlDataSource shop = null!;

    public async ValueTask InitializeAsync()
    {
        var shopDatabase = await stores.NewDatabaseAsync();
        service = await stores.StartAsync<DatasetsDb>(["datasetsdb", "eventsdb"], host => host.UseSetting("ShopConnections:main:shopdb", shopDatabase));
        http = service.CreateClient();
        client = new DataPrepClient(http);
        database = NpgsqlDataSource.Create(service.Settings["ConnectionStrings:datasetsdb"]);
        shop = NpgsqlDataSource.Create(shopDatabase);
        await ExecuteAsync(shop, "CREATE TABLE orders AS SELECT 1 AS user_id, 'b' AS item_id, timestamptz '2026-01-02Z' AS time");
    }

    [Fact]
    public async Task Import_ThatFetches_TellsFilesAndBytes()
    {
        var held = await HoldAsync(shop, "LOCK TABLE orders");
        var import = await StartAsync("fetching", new ImportSource("events", await UploadAsync(Events)), new ImportSource("events", Postgres: new PostgresQuery("shopdb", "SELECT * FROM orders")));

        var seen = await WhenAsync(import, progress => progress.Files == 1);
        await held.DisposeAsync();
        var ended = await EndAsync(import);

        Assert.Equal(new ImportProgress("fetching", 1, 2, Events.Length, null, 0), seen.Progress); // a query's size is not known before
        Assert.Equal((RunState.Running, "fetching"), (seen.State, seen.Stage));
        Assert.Equal((RunState.Succeeded, null, null), (ended.State, ended.Error, ended.Progress));
    }

    [Fact]
    public async Task Import_BehindAnother_SaysThatItWaits_AndByWhomItWasStarted()
    {
        var held = await HoldAsync(database, "SELECT pg_advisory_xact_lock(hashtextextended('dataset/main/queueing', 0))");
        var import = await StartAsync("queueing", new ImportSource("events", await UploadAsync(Events)));

        var seen = await WhenAsync(import, progress => progress.Step == "waiting");
        var listed = await client.ListImportsAsync(StoreId.Main);
        await held.DisposeAsync();
        var ended = await EndAsync(import);

        Assert.Equal(("Ann", "preparing", null), (seen.StartedBy, seen.Stage, seen.EndedAt));
        Assert.Equal("waiting", listed.Items.Single(other => other.Id == import.Id).Progress?.Step);
        Assert.Equal(RunState.Succeeded, ended.State);
        Assert.InRange(ended.EndedAt!.Value, ended.CreatedAt, DateTimeOffset.MaxValue);
    }

    [Fact]
    public async Task Import_WhoseProgressCannotBeNoted_GoesOn()
    {
        await ExecuteAsync(database, """
            CREATE SEQUENCE refused;
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM nextval('refused'); RAISE EXCEPTION 'no notes here'; END $$;
            CREATE TRIGGER refusing BEFORE UPDATE OF progress ON imports FOR EACH ROW EXECUTE FUNCTION refuse()
            """);
        var held = await HoldAsync(database, "SELECT pg_advisory_xact_lock(hashtextextended('dataset/main/unnoted', 0))");
        var import = await StartAsync("unnoted", new ImportSource("events", await UploadAsync(Events)));

        await using var wasRefused = database.CreateCommand("SELECT is_called FROM refused");
        await Eventually.TrueAsync(async () => await wasRefused.ExecuteScalarAsync() is true, "a note that was refused");
        await held.DisposeAsync();
        var ended = await EndAsync(import);

        Assert.Equal((RunState.Succeeded, null, 1), (ended.State, ended.Error, ended.Version));
    }

    [Fact]
    public async Task Import_ThatFails_SaysWhyAndWhen_InTheListOfAll()
    {
        var import = await EndAsync(await StartAsync("colours", new ImportSource("events", await UploadAsync("colour,size\nred,3\n"))));

        var listed = (await client.ListImportsAsync(StoreId.Main)).Items.Single(other => other.Id == import.Id);

        Assert.Equal((RunState.Failed, "colours", null), (listed.State, listed.Dataset, listed.Progress));
        Assert.Contains("no column was recognised as user_id", listed.Error, StringComparison.Ordinal);
        Assert.NotNull(listed.EndedAt);
    }

    private async Task<Import> StartAsync(string dataset, params ImportSource[] sources) =>
        await client.ImportAsync(StoreId.Main, dataset, new ImportRequest(sources), Guid.NewGuid().ToString(), "Ann");

    private async Task<Import> WhenAsync(Import import, Func<ImportProgress, bool> isSo)
    {
        await Eventually.TrueAsync(async () => (import = await client.GetImportAsync(StoreId.Main, import.Dataset, import.Id)).Progress is { } progress && isSo(progress), "the import's progress");
        return import;
    }

    private async Task<Import> EndAsync(Import import)
    {
        await Eventually.TrueAsync(async () => (import = await client.GetImportAsync(StoreId.Main, import.Dataset, import.Id)).State.IsFinal(), "the import's end");
        return import;
    }

    private async Task<Guid> UploadAsync(string content)
    {
        using var body = new ByteArrayContent(Encoding.UTF8.GetBytes(content));
        return (await (await http.PostAsync("/v1/uploads?file=events.csv", body)).ReadAsync<UploadStatus>()).Id;
    }

    /// <summary>Runs <paramref name="sql"/>, which takes a lock, in a transaction that ends when the result is disposed.</summary>
    private static async Task<IAsyncDisposable> HoldAsync(NpgsqlDataSource source, string sql)
    {
        var connection = await source.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await shop.DisposeAsync();
        await database.DisposeAsync();
        await service.DisposeAsync();
    }
}
