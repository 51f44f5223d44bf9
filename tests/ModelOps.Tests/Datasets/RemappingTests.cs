using System.Net;
using System.Net.Http.Json;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.DataPrep.Datasets;

namespace ModelOps.Tests.Datasets;

public sealed class RemappingTests(Stores stores) : IAsyncLifetime
{
    private const string Orders = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,PRICE,NET\n1,a1,31.12.2025 10:00,purchase,6,5\n2,b2,2025-12-30 11:00:00,purchase,12,10\n,b2,2025-12-30 12:00:00,view,12,10\n";
    private const string Net = "events:\n  columns: { price: NET }\n  time_format: '%d.%m.%Y %H:%M'\n";
    private Service<DatasetsDb> service = null!;
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        service = await stores.StartAsync<DatasetsDb>(["datasetsdb", "eventsdb"]);
        http = service.CreateClient();
    }

    [Fact]
    public async Task AnotherMapping_ReadsFilesAndQuarantineAnew_WithoutAnUpload()
    {
        await UploadAsync("net", ("events", "orders.csv", Orders), ("users", "users.csv", "id,age\n1,30\n"));

        var prepared = await PrepareAsync("net", new PrepareRequest { Mapping = Net }, "net");

        Assert.Null(prepared.Error);
        var version = await new DataPrepClient(http).GetVersionAsync(StoreId.Main, "net", prepared.Version!.Value);
        Assert.Equal((2, 3L, 1L), (version.Version, version.Rows.Kept, version.Rows.Quarantined)); // the time of the first row was unreadable before, the last has no user
        var lineage = (await new DataPrepClient(http).FindLineageAsync(StoreId.Main, "net", 2))!;
        Assert.Equal([("orders.csv", Net), ("users.csv", null)], lineage.Sources.Select(source => (source.File, source.Mapping)));
        var diff = (await new DataPrepClient(http).FindDiffAsync(StoreId.Main, "net", 1, 2))!;
        Assert.Equal((true, 0, 2L, 1L), (diff.Lineage.MappingChanged, diff.Lineage.SourcesAdded.Count, diff.RowsAdded!.Value, diff.RowsRemoved!.Value));

        Assert.Equal(prepared, await PrepareAsync("net", new PrepareRequest { Mapping = Net }, "net")); // the same key
        Assert.Equal(2, (await PrepareAsync("net", new PrepareRequest { Mapping = Net }, "another")).Version); // the same content
        Assert.Equal(2, (await PrepareAsync("net", new PrepareRequest(), "as it is")).Version); // the mapping stays
        Assert.Equal(3, (await PrepareAsync("net", new PrepareRequest { Mapping = "events: { }" }, "as it was")).Version);
    }

    [Fact]
    public async Task AnotherMapping_OfSomeFiles_LeavesTheOthers()
    {
        await UploadAsync("some", ("events", "one.csv", Orders), ("events", "two.csv", Orders.Replace("a1", "c3", StringComparison.Ordinal)));

        await PrepareAsync("some", new PrepareRequest { Mapping = Net, Files = ["two.csv"] }, "some");

        var lineage = (await new DataPrepClient(http).FindLineageAsync(StoreId.Main, "some", 2))!;
        Assert.Equal([null, Net], lineage.Sources.OrderBy(source => source.File, StringComparer.Ordinal).Select(source => source.Mapping));
    }

    [Fact]
    public async Task MappingThatTheFilesDoNotFit_ChangesNothing()
    {
        await UploadAsync("unfit", ("events", "orders.csv", Orders));

        var failed = await PrepareAsync("unfit", new PrepareRequest { Mapping = "events: { columns: { price: GROSS } }" }, "unfit");

        Assert.Contains("'GROSS'", failed.Error, StringComparison.Ordinal);
        Assert.Equal(1, (await PrepareAsync("unfit", new PrepareRequest(), "again")).Version);
    }

    [Theory]
    [InlineData("events: [", null, "not valid YAML")]
    [InlineData("messages: { columns: { text: NET } }", null, "The files are: events")]
    [InlineData("events: { columns: { price: NET } }", "other.csv", "has no file 'other.csv'")]
    public async Task MappingThatIsForNoFile_IsRefused(string mapping, string? file, string says)
    {
        await UploadAsync("refused", ("events", "orders.csv", Orders));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/datasets/refused/preparations") { Content = JsonContent.Create(new PrepareRequest { Mapping = mapping, Files = file is null ? null : [file] }) };
        request.Headers.Add("Idempotency-Key", mapping.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));

        Assert.Contains(says, await (await http.SendAsync(request)).ProblemAsync(HttpStatusCode.BadRequest, "mapping"), StringComparison.Ordinal);
    }

    private async Task<Preparation> PrepareAsync(string name, PrepareRequest request, string key)
    {
        var client = new DataPrepClient(http);
        var preparation = await client.PrepareAsync(StoreId.Main, name, request, $"{name}/{key}");
        await Eventually.TrueAsync(async () => (preparation = await client.GetPreparationAsync(StoreId.Main, name, preparation.Id)).State.IsFinal(), "the preparation");
        return preparation;
    }

    private async Task<DatasetVersion> UploadAsync(string name, params (string Part, string File, string Content)[] parts) =>
        await (await http.PostAsync($"/v1/datasets?name={name}", Http.Form(parts))).ReadAsync<DatasetVersion>();

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await service.DisposeAsync();
    }
}
