using System.Net;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Events;
using ModelOps.Contracts.Runs;
using ModelOps.DataPrep.Datasets;
using ModelOps.EventLog;

namespace ModelOps.Tests.Datasets;

public sealed class DatasetsApiTests(Stores stores) : IAsyncLifetime
{
    private const string Header = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\n";
    private Service<DatasetsDb> service = null!;
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        service = await stores.StartAsync<DatasetsDb>(["datasetsdb", "eventsdb"]);
        http = service.CreateClient();
    }

    [Fact]
    public async Task Upload_DirtyRows_AreCountedAndPutAside()
    {
        var csv = Header
            + "1,a,1300000000,purchase\n"
            + "1,a,1300000000,purchase\n"          // exact duplicate
            + "17147.0,b,2011-03-13T07:06:40Z,view\n"
            + ",b,1300000000,view\n"               // no user
            + "2,,1300000000,view\n"               // no product
            + "2,b,yesterday,view\n"               // no time
            + "2,b,1300000000,mystery\n"           // no known event
            + "2,b,4102444800,view\n";             // year 2100

        var version = await UploadAsync("dirty", ("events", "e.csv", csv));
        var report = await http.GetAsync($"/v1/datasets/dirty/versions/1/report").ContinueWith(t => t.Result.ReadAsync<DatasetReport>()).Unwrap();

        Assert.Equal(new DatasetRows(8, 2, 5), version.Rows);
        var found = report.Checks.Where(check => check.Rows > 0).ToDictionary(check => check.Check, check => check.Rows);
        Assert.Equal(new Dictionary<string, long>
        {
            ["numeric-ids"] = 1,
            ["missing-user"] = 1,
            ["missing-item"] = 1,
            ["unreadable-time"] = 1,
            ["unknown-event"] = 1,
            ["future-time"] = 1,
            ["exact-duplicate"] = 1,
        }, found);
        Assert.All(report.Checks.Where(check => check.Rows > 0), check => Assert.NotEmpty(check.Samples));
    }

    [Fact]
    public async Task Users_AllOfThem_OrThoseWhoHaveATagNow()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        await UploadAsync("users", ("events", "e.csv", $"{Header}2,a,{now - 5000},view\n1,a,{now - 4000},purchase\n1,b,{now - 3000},view\n3,b,{now - 2000},purchase\n"), ("products", "p.csv", "id,title,brand\na,Apple,Orchard\nb,Beet,Field\n"));
        var client = new DataPrepClient(http);

        Assert.Equal(["1", "2", "3"], await client.ListUsersAsync(StoreId.Main, "users", 1));
        Assert.Equal(["3"], await client.ListUsersAsync(StoreId.Main, "users", 1, new Dictionary<string, string> { ["favourite_brand"] = "Field" }));
        Assert.Empty(await client.ListUsersAsync(StoreId.Main, "users", 1, new Dictionary<string, string> { ["favourite_brand"] = "Field", ["segment"] = "it's nobody's" }));
        Assert.Contains("the names are segment", await (await http.GetAsync("/v1/datasets/users/versions/1/users?tag=height:tall")).ProblemAsync(HttpStatusCode.BadRequest, "user-tag"), StringComparison.Ordinal);
        await (await http.GetAsync("/v1/datasets/users/versions/9/users")).ProblemAsync(HttpStatusCode.NotFound, "not-found");
    }

    [Theory]
    [InlineData("", "upload", "0 bytes")]
    [InlineData("USER_ID,ITEM_ID,TIMESTAMP\n", "upload", "no rows")]
    [InlineData("colour,size\nred,3\n", "mapping", "The file has: colour, size")]
    [InlineData("USER_ID,ITEM_ID,TIMESTAMP\n,,\n,,\n", "upload", "No row was kept")]
    public async Task Upload_UnusableFile_IsRefusedWithCauseAndRemedy(string csv, string type, string says)
    {
        var response = await http.PostAsync("/v1/datasets?name=bad", Http.Form(("events", "e.csv", csv)));

        Assert.Contains(says, await response.ProblemAsync(HttpStatusCode.BadRequest, type), StringComparison.Ordinal);
        await (await http.GetAsync("/v1/datasets/bad")).ProblemAsync(HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task Upload_UnclosedQuoteAndBrokenBytes_QuarantinesTheLines()
    {
        var csv = Header + "1,a,1300000000,view\n2,\"b,1300000000,view\n";

        var version = await UploadAsync("malformed", ("events", "e.csv", csv));

        Assert.Equal(1, version.Rows.Kept);
        Assert.Equal(1, version.Rows.Quarantined);
    }

    [Theory]
    [InlineData("/v1/datasets", "dataset-name")]
    [InlineData("/v1/datasets?name=Not%20A%20Name", "dataset-name")]
    public async Task Upload_WithoutName_IsRefused(string url, string type) =>
        await (await http.PostAsync(url, Http.Form(("events", "e.csv", Header + "1,a,1300000000,view\n")))).ProblemAsync(HttpStatusCode.BadRequest, type);

    [Fact]
    public async Task Upload_UnknownPart_NamesTheKnownOnes()
    {
        var response = await http.PostAsync("/v1/datasets?name=x", Http.Form(("clicks", "e.csv", Header)));

        Assert.Contains("events, products, users, campaigns, judgements, messages, faq, pictures or mapping", await response.ProblemAsync(HttpStatusCode.BadRequest, "upload"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_SameFileTwice_ChangesNothing()
    {
        var csv = Header + "1,a,1300000000,view\n2,b,1300000500,view\n";
        await UploadAsync("twice", ("events", "monday.csv", csv));

        var again = await http.PostAsync("/v1/datasets?name=twice", Http.Form(("events", "renamed.csv", csv)));

        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal(1, (await again.ReadAsync<DatasetVersion>()).Version);
    }

    [Fact]
    public async Task Upload_NextDay_AddsToTheDataset()
    {
        await UploadAsync("daily", ("events", "1.csv", Header + "1,a,1300000000,view\n"));
        var second = await UploadAsync("daily", ("events", "2.csv", Header + "1,b,1300086400,view\n"));

        Assert.Equal((2, 2L), (second.Version, second.Rows.Kept));
        Assert.Equal(2, (await (await http.GetAsync("/v1/datasets/daily")).ReadAsync<Dataset>()).Versions.Count);
    }

    [Fact]
    public async Task Upload_NewCatalogue_ReplacesTheOld()
    {
        await UploadAsync("shop", ("events", "1.csv", Header + "1,a,1300000000,view\n"), ("products", "p1.csv", "id,title,price\na,Anvil,9 EUR\nb,Bell,3\n"));
        var second = await UploadAsync("shop", ("products", "p2.csv", "id,title,price\nb,Bell,4\n"));

        Assert.Equal(1, second.Profile.Products);
    }

    [Fact]
    public async Task Upload_OwnColumnNames_AreMapped()
    {
        var version = await UploadAsync("mapped", ("events", "e.csv", "Kunde;Artikel;Datum\n1;a;2024-05-01 10:00:00\n"),
            ("mapping", "m.yaml", "events:\n  columns: { user_id: Kunde, item_id: Artikel, time: Datum }\n  event: add_to_cart\n"));

        Assert.Equal(1, version.Profile.EventsByName["add_to_cart"]);
    }

    [Theory]
    [InlineData("events: { columns: { user_id: Nobody } }", "Nobody")]
    [InlineData("events: [", "not valid YAML")]
    public async Task Upload_WrongMapping_SaysWhatIsWrong(string mapping, string says)
    {
        var response = await http.PostAsync("/v1/datasets?name=wrong", Http.Form(("events", "e.csv", "A,B,C\n1,2,3\n"), ("mapping", "m.yaml", mapping)));

        Assert.Contains(says, await response.ProblemAsync(HttpStatusCode.BadRequest, "mapping"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_TakesInTheEventLog_OfKnownProductsOnly()
    {
        await UploadAsync("live", ("events", "e.csv", Header + "1,a,1300000000,view\n"));
        await service.Services.GetRequiredService<ShopEvents>().AppendAsync(
        [
            new LoggedEvent(StoreId.Main, "1", EventNames.Purchase, "2", null, DateTimeOffset.UtcNow, [new EventItem("a", 3)], null),
            new LoggedEvent(StoreId.Main, "2", EventNames.Purchase, "2", null, DateTimeOffset.UtcNow, [new EventItem("from-another-shop")], null),
            new LoggedEvent(StoreId.Main, "3", EventNames.Impression, "2", null, DateTimeOffset.UtcNow, [new EventItem("a")], null),
            new LoggedEvent(new StoreId("other"), "4", EventNames.Purchase, "3", null, DateTimeOffset.UtcNow, [new EventItem("a")], null),
        ]);

        var events = service.Services.GetRequiredService<ShopEvents>();
        await Eventually.TrueAsync(async () => (await events.ReadAsync(null, 0, 10)).Events.Count == 4, "the settled events");

        var waiting = await new DataPrepClient(http).FindWaitingAsync(StoreId.Main, "live");
        var version = await PrepareAsync("live", "run-1");
        var repeated = await PrepareAsync("live", "run-2");

        Assert.Equal((2, 2L, 1L), (version.Version, version.Rows.Kept, version.Rows.Quarantined));
        Assert.Equal(2, repeated.Version); // nothing new, no new version
        Assert.Equal((new WaitingEvents(1, 2), new WaitingEvents(2, 0)), (waiting, await new DataPrepClient(http).FindWaitingAsync(StoreId.Main, "live")));
        Assert.Null(await new DataPrepClient(http).FindWaitingAsync(StoreId.Main, "nothing"));
    }

    [Fact]
    public async Task Prepare_SameIdempotencyKey_IsOnePreparation()
    {
        await UploadAsync("once", ("events", "e.csv", Header + "1,a,1300000000,view\n"));
        var client = new DataPrepClient(http);

        var first = await client.PrepareAsync(StoreId.Main, "once", new PrepareRequest(), "key");
        var second = await client.PrepareAsync(StoreId.Main, "once", new PrepareRequest(), "key");

        Assert.Equal(first.Id, second.Id);
    }

    [Fact]
    public async Task Files_AreTheSameBytes_ForTheSameInput()
    {
        var csv = Header + string.Concat(Enumerable.Range(0, 5000).Select(i => $"{i % 97},{i % 31},{1300000000 + i * 37 % 1000},view\n"));
        await UploadAsync("first", ("events", "e.csv", csv));
        await UploadAsync("second", ("events", "e.csv", csv));

        Assert.Equal(
            await http.GetByteArrayAsync($"/v1/datasets/first/versions/1/files/{DatasetFiles.Events}"),
            await http.GetByteArrayAsync($"/v1/datasets/second/versions/1/files/{DatasetFiles.Events}"));
    }

    private async Task<DatasetVersion> UploadAsync(string name, params (string Part, string File, string Content)[] parts) =>
        await (await http.PostAsync($"/v1/datasets?name={name}", Http.Form(parts))).ReadAsync<DatasetVersion>();

    private async Task<DatasetVersion> PrepareAsync(string name, string key)
    {
        var client = new DataPrepClient(http);
        var preparation = await client.PrepareAsync(StoreId.Main, name, new PrepareRequest(), key);
        await Eventually.TrueAsync(async () => (preparation = await client.GetPreparationAsync(StoreId.Main, name, preparation.Id)).State.IsFinal(), "the preparation");
        Assert.Null(preparation.Error);
        return await client.GetVersionAsync(StoreId.Main, name, preparation.Version!.Value);
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await service.DisposeAsync();
    }
}
