using System.Net;
using System.Text;
using Azure.Storage.Blobs;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.DataPrep.Datasets;
using Npgsql;

namespace ModelOps.Tests.Imports;

public sealed class ImportsApiTests(Stores stores) : IAsyncLifetime
{
    private const string Header = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\n";
    private Service<DatasetsDb> service = null!;
    private HttpClient http = null!;
    private DataPrepClient client = null!;
    private NpgsqlDataSource shop = null!;

    public async ValueTask InitializeAsync()
    {
        var shopDatabase = await stores.NewDatabaseAsync();
        shop = NpgsqlDataSource.Create(shopDatabase);
        service = await stores.StartAsync<DatasetsDb>(["datasetsdb", "eventsdb"], host => host
            .UseSetting("ShopConnections:main:shopdb", shopDatabase)
            .UseSetting("ShopConnections:main:shopfiles", stores.Blobs));
        http = service.CreateClient();
        client = new DataPrepClient(http);
    }

    [Fact]
    public async Task Import_ManyUploads_IsOneVersion()
    {
        var first = await UploadAsync("monday.csv", Header + "1,a,1300000000,view\n");
        var second = await UploadAsync("tuesday.csv", Header + "2,b,1300086400,purchase\n");
        var catalogue = await UploadAsync("catalogue.json", """[{"id":"a","title":"Anvil"},{"id":"b","title":"Bell"}]""");

        var import = await ImportAsync("uploads", new ImportSource("events", first), new ImportSource("events", second), new ImportSource("catalogue", catalogue));

        Assert.Equal((RunState.Succeeded, null, 3, 1), (import.State, import.Error, import.Files, import.Version));
        var version = await client.GetVersionAsync(StoreId.Main, "uploads", 1);
        Assert.Equal((2, 2), (version.Profile.Events, version.Profile.Products));
        await (await http.GetAsync($"/v1/uploads/{first}")).ProblemAsync(HttpStatusCode.NotFound, "not-found"); // it has served
    }

    [Fact]
    public async Task Import_SameContentAgain_GivesTheSameVersion()
    {
        await ImportAsync("again", new ImportSource("events", await UploadAsync("a.csv", Header + "1,a,1300000000,view\n")));
        var import = await ImportAsync("again", new ImportSource("events", await UploadAsync("renamed.csv", Header + "1,a,1300000000,view\n")));

        Assert.Equal(1, import.Version);
    }

    [Fact]
    public async Task Import_BlobPrefix_TakesItsBlobs_AndThenOnlyThoseWrittenSince()
    {
        var (account, container) = (stores.Blobs[..stores.Blobs.LastIndexOf(";ContainerName=", StringComparison.Ordinal)].TrimEnd(';'), stores.Blobs[(stores.Blobs.LastIndexOf('=') + 1)..]);
        var files = new BlobContainerClient(account, container);
        var prefix = $"exports-{Guid.NewGuid():N}/";
        await files.UploadBlobAsync($"{prefix}1.csv", BinaryData.FromString(Header + "1,a,1300000000,view\n"));
        await files.UploadBlobAsync($"{prefix}2.csv", BinaryData.FromString(Header + "2,b,1300000000,view\n"));
        await files.UploadBlobAsync($"other-{prefix}3.csv", BinaryData.FromString(Header + "3,c,1300000000,view\n"));
        var source = new ImportSource("events", Blobs: new BlobPrefix("shopfiles", prefix));

        var first = await ImportAsync("prefix", source);
        var second = await ImportAsync("prefix", source);
        await files.UploadBlobAsync($"{prefix}4.csv", BinaryData.FromString(Header + "4,a,1300000000,view\n"));
        await files.GetBlobClient($"{prefix}2.csv").UploadAsync(BinaryData.FromString(Header + "2,b,1300000000,view\n5,b,1300000100,view\n"), overwrite: true);
        var third = await ImportAsync("prefix", source);
        var elsewhere = await ImportAsync("prefix-again", source);

        Assert.Equal((RunState.Succeeded, 2, 1), (first.State, first.Files, first.Version));
        Assert.Equal((RunState.Succeeded, 0, 1), (second.State, second.Files, second.Version)); // nothing crossed the wire
        Assert.Equal((RunState.Succeeded, 2, 2), (third.State, third.Files, third.Version));
        Assert.Equal((2, 4), ((await client.GetVersionAsync(StoreId.Main, "prefix", 1)).Profile.Users, (await client.GetVersionAsync(StoreId.Main, "prefix", 2)).Profile.Users));
        Assert.Equal(3, elsewhere.Files); // another dataset has none of them yet
    }

    [Fact]
    public async Task Import_Query_ReadsTheShopsDatabase_AndThenOnlyWhatIsNew()
    {
        await ExecuteAsync("""
            CREATE TABLE orders (id int, customer text, sku text, qty numeric, at timestamptz, note text);
            INSERT INTO orders VALUES (1, 'Käthe, "K"', 'a', 2, '2026-01-02 10:00:00+01', 'one'), (2, 'Bo', 'b', 1.0, '2026-01-03 10:00:00+01', NULL)
            """);
        var query = new PostgresQuery("shopdb", "SELECT id, customer AS user_id, sku, qty, at AS time FROM orders -- all", Increment: "id");

        var first = await ImportAsync("orders", new ImportSource("events", Postgres: query));
        await ExecuteAsync("INSERT INTO orders VALUES (3, 'Bo', 'a', 1, '2026-01-04 10:00:00+01', NULL)");
        var second = await ImportAsync("orders", new ImportSource("events", Postgres: query));
        var third = await ImportAsync("orders", new ImportSource("events", Postgres: query));

        Assert.Equal((null, 1, 1), (first.Error, first.Files, first.Version));
        Assert.Equal((null, 1, 2), (second.Error, second.Files, second.Version));
        Assert.Equal((null, 0, 2), (third.Error, third.Files, third.Version));
        var report = await client.GetReportAsync(StoreId.Main, "orders", 2);
        Assert.Equal([2L, 1L], report.Sources.Select(source => source.Rows));
        Assert.Equal(3, report.Profile.Events);
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 9, 0, 0, TimeSpan.Zero), report.Profile.From);
        Assert.DoesNotContain("Password", System.Text.Json.JsonSerializer.Serialize(report), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Import_TwoQueriesOfOneConnection_RememberEachItsOwnMark()
    {
        await ExecuteAsync("""
            CREATE TABLE sold (id int, who text, what text, at timestamptz); INSERT INTO sold VALUES (900, 'a', 'x', '2026-01-02Z'), (NULL, 'b', 'x', '2026-01-02Z');
            CREATE TABLE seen (id int, who text, what text, at timestamptz); INSERT INTO seen VALUES (1, 'a', 'x', '2026-01-01Z')
            """);
        ImportSource[] sources = [.. new[] { ("sold", "purchase"), ("seen", "view") }.Select(table => new ImportSource("events", Postgres:
            new PostgresQuery("shopdb", $"SELECT id, who AS user_id, what AS item_id, at AS time, '{table.Item2}' AS event FROM {table.Item1}", Increment: "id")))];

        await ImportAsync("marks", sources);
        await ExecuteAsync("INSERT INTO seen VALUES (2, 'b', 'x', '2026-01-03Z')");
        var second = await ImportAsync("marks", sources);

        Assert.Equal((null, 1, 2), (second.Error, second.Files, second.Version));
        Assert.Equal(4, (await client.GetVersionAsync(StoreId.Main, "marks", 2)).Profile.Events);
    }

    [Fact]
    public async Task Start_TheSameKey_IsOneImportOfADataset()
    {
        var request = new ImportRequest([new ImportSource("events", await UploadAsync("a.csv", Header + "1,a,1300000000,view\n"))]);

        var first = await client.ImportAsync(StoreId.Main, "keyed", request, "key");
        var again = await client.ImportAsync(StoreId.Main, "keyed", request, "key");
        var other = await client.ImportAsync(StoreId.Main, "keyed-too", request, "key");

        Assert.Equal(first.Id, again.Id);
        Assert.NotEqual(first.Id, other.Id);
        var page = await (await http.GetAsync("/v1/datasets/keyed/imports")).ReadAsync<Page<Import>>();
        Assert.Equal([first.Id], page.Items.Select(import => import.Id));
    }

    [Theory]
    [InlineData("DELETE FROM kept_rows RETURNING *")]
    [InlineData("SELECT 1 AS a) AS x; DELETE FROM kept_rows; --")]
    [InlineData("WITH gone AS (DELETE FROM kept_rows RETURNING *) SELECT * FROM gone")]
    [InlineData("SELECT nextval('kept_numbers')")]
    [InlineData("SELECT * FROM nowhere")]
    public async Task Import_QueryThatIsNoSelect_ChangesNothing_AndSaysWhy(string query)
    {
        await ExecuteAsync("CREATE TABLE kept_rows AS SELECT 1 AS id; CREATE SEQUENCE kept_numbers");

        var import = await ImportAsync("writes", new ImportSource("events", Postgres: new PostgresQuery("shopdb", query)));

        Assert.Equal(RunState.Failed, import.State);
        Assert.Contains("postgres:shopdb: the database refuses the query", import.Error, StringComparison.Ordinal);
        await using var count = shop.CreateCommand("SELECT count(*) FROM kept_rows");
        Assert.Equal(1L, await count.ExecuteScalarAsync());
    }

    [Theory]
    [InlineData("""{"sources":[]}""", "has no sources")]
    [InlineData("""{"sources":[{"kind":"clicks","upload":"00000000-0000-0000-0000-000000000001"}]}""", "'clicks' is not known")]
    [InlineData("""{"sources":[{"kind":"events"}]}""", "exactly one of")]
    [InlineData("""{"sources":[null]}""", "'' is not known")]
    [InlineData("""{"sources":[{"kind":"events","blobs":{"connection":"shopfiles"}}]}""", "exactly one of")]
    [InlineData("""{"sources":[{"kind":"events","postgres":{"query":"SELECT 1"}}]}""", "exactly one of")]
    [InlineData("""{"sources":[{"kind":"events","postgres":{"connection":"secret","query":"SELECT 1"}}]}""", "ShopConnections__main__secret")]
    public async Task Start_WhatCannotWork_IsRefusedAtOnce(string request, string says)
    {
        var response = await http.PostAsync("/v1/datasets/wrong/imports", new StringContent(request, Encoding.UTF8, "application/json"));

        Assert.Contains(says, await response.ProblemAsync(HttpStatusCode.BadRequest, "upload"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_UnreadableFile_FailsWithFileAndCause()
    {
        var import = await ImportAsync("unreadable", new ImportSource("events", await UploadAsync("colours.csv", "colour,size\nred,3\n")));

        Assert.Equal(RunState.Failed, import.State);
        Assert.Contains("colours.csv: no column was recognised as user_id", import.Error, StringComparison.Ordinal);
    }

    private async Task<Guid> UploadAsync(string file, string content)
    {
        var response = await http.PostAsync($"/v1/uploads?file={file}", new ByteArrayContent(Encoding.UTF8.GetBytes(content)));
        return (await response.ReadAsync<UploadStatus>()).Id;
    }

    private async Task<Import> ImportAsync(string dataset, params ImportSource[] sources)
    {
        var import = await client.ImportAsync(StoreId.Main, dataset, new ImportRequest(sources), Guid.NewGuid().ToString());
        await Eventually.TrueAsync(async () => (import = await client.GetImportAsync(StoreId.Main, dataset, import.Id)).State.IsFinal(), "the import");
        return import;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = shop.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await shop.DisposeAsync();
        await service.DisposeAsync();
    }
}
