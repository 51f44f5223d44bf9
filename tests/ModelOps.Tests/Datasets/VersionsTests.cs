using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.DataPrep.Datasets;

namespace ModelOps.Tests.Datasets;

public sealed class VersionsTests(Stores stores) : IAsyncLifetime
{
    private const string Header = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,PRICE\n";
    private const string Monday = Header + "1,a1,1300000000,view,5\n2,b2,1300000500,purchase,7\n,b2,1300000600,view,7\n";
    private Service<DatasetsDb> service = null!;
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        service = await stores.StartAsync<DatasetsDb>(["datasetsdb", "eventsdb"], builder => builder.UseSetting("DataPrep:KeepVersions", "1"));
        http = service.CreateClient();
    }

    [Fact]
    public async Task Rules_ThatChange_ReplayTheQuarantine()
    {
        await UploadAsync("replay", ("events", "monday.csv", Monday));
        var set = await http.PutAsJsonAsync("/v1/datasets/replay/rules", new DatasetRules(new Dictionary<string, CheckRule> { ["missing-user"] = new("keep") }));
        Assert.Equal(HttpStatusCode.OK, set.StatusCode);

        var version = await PrepareAsync("replay");

        Assert.Equal((2, 3L, 0L), (version.Version, version.Rows.Kept, version.Rows.Quarantined));
        var diff = await GetAsync<DatasetDiff>("replay/versions/1/diff/2");
        Assert.Equal((1L, 0L, 2L, true, false), (diff.RowsAdded!.Value, diff.RowsRemoved!.Value, diff.RowsSame!.Value, diff.Lineage.RulesChanged, diff.Lineage.CodeChanged));
    }

    [Fact]
    public async Task Rules_ThatCannotBeFollowed_AreRefused()
    {
        var response = await http.PutAsJsonAsync("/v1/datasets/any/rules", new DatasetRules(new Dictionary<string, CheckRule> { ["no-such"] = new("keep") }));
        Assert.Contains("The checks are: numeric-ids", await response.ProblemAsync(HttpStatusCode.BadRequest, "rules"), StringComparison.Ordinal);

        response = await http.PutAsJsonAsync("/v1/datasets/any/rules", new DatasetRules(Labels: new LabelRules { SessionMinutes = 0 }));
        Assert.Contains("SessionMinutes", await response.ProblemAsync(HttpStatusCode.BadRequest, "rules"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mapping_SentAgainWithTheSameFile_IsFollowed()
    {
        await UploadAsync("remapped", ("events", "monday.csv", Monday));
        var version = await UploadAsync("remapped", ("events", "monday.csv", Monday), ("mapping", "m.yaml", "events:\n  columns: { user_id: ITEM_ID, item_id: USER_ID }\n"));

        Assert.Equal((2, 2L), (version.Version, version.Profile.Items));
        Assert.True((await GetAsync<DatasetDiff>("remapped/versions/1/diff/2")).Lineage.MappingChanged);
    }

    [Fact]
    public async Task Statistics_ShowValuesBeforeAndAfter()
    {
        await UploadAsync("measured", ("events", "monday.csv", Monday));

        var statistics = await GetAsync<DatasetStatistics>("measured/versions/1/statistics");

        var price = statistics.Columns.Single(column => column.Column == "price");
        Assert.Equal((3L, 2L), (price.Before, price.After));
        Assert.Equal((5d, 7d), (price.Quantiles[0].Value, price.Quantiles[^1].Value));
        Assert.Equal((3L, 2L), (price.Histogram.Sum(bin => bin.Before), price.Histogram.Sum(bin => bin.After)));
        var events = statistics.Columns.Single(column => column.Column == "event");
        Assert.Equal([new ValueCount("view_item", 2, 1), new ValueCount("purchase", 1, 1)], events.Top.OrderByDescending(value => value.Before));
    }

    [Fact]
    public async Task Lineage_NamesSourcesRulesAndFiles_AndTheContentIsItsAddress()
    {
        var first = await UploadAsync("lineage", ("events", "monday.csv", Monday));
        var lineage = await GetAsync<DatasetLineage>("lineage/versions/1/lineage");
        var other = await UploadAsync("lineage2", ("events", "monday.csv", Monday));

        Assert.Equal(("monday.csv", "events"), (lineage.Sources.Single().File, lineage.Sources.Single().Kind));
        Assert.Contains("data-prep", lineage.Code, StringComparison.Ordinal);
        Assert.Equal(first.ContentSha256, other.ContentSha256);
        foreach (var (file, sha256) in lineage.Files)
            Assert.Equal(sha256, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await http.GetByteArrayAsync($"/v1/datasets/lineage/versions/1/files/{file}"))));
    }

    [Fact]
    public async Task Diff_SaysWhatMoved()
    {
        await UploadAsync("moving", ("events", "1.csv", Header + string.Concat(Enumerable.Range(0, 50).Select(i => $"{i},a{i % 5},{1300000000 + i * 60},view,{1 + i % 5}\n"))));
        await UploadAsync("moving", ("events", "2.csv", Header + string.Concat(Enumerable.Range(0, 50).Select(i => $"{i},b{i % 5},{1400000000 + i * 60},purchase,{100 + i % 5}\n"))));

        var diff = await GetAsync<DatasetDiff>("moving/versions/1/diff/2");

        Assert.Equal((50L, 0L, 50L, new ProductDiff(5, 0, 0)), (diff.RowsAdded!.Value, diff.RowsRemoved!.Value, diff.RowsSame!.Value, diff.Products));
        Assert.Equal(["2.csv"], diff.Lineage.SourcesAdded);
        Assert.Empty(diff.Schema);
        Assert.InRange(diff.Distributions.Single(change => change.Column == "price").Distance, .3, 1);
        Assert.All((await GetAsync<DatasetDiff>("moving/versions/2/diff/2")).Distributions, change => Assert.Equal(0, change.Distance));
    }

    [Fact]
    public async Task Diff_CoversEveryTable()
    {
        await UploadAsync("tables", ("events", "1.csv", Monday), ("users", "u1.csv", "id,age\n1,30\n2,40\n"), ("messages", "m.csv", "text,intent\nwhere is it,order\n"));
        await UploadAsync("tables", ("users", "u2.csv", "id,age\n2,41\n3,20\n"), ("faq", "f.csv", "question,answer\nWhen?,Soon.\n"));

        var diff = await GetAsync<DatasetDiff>("tables/versions/1/diff/2");

        Assert.Equal([new("events", 2, 2, 0, 0), new("products", 2, 2, 0, 0), new("faq", 0, 1, 1, 0), new("messages", 1, 1, 0, 0), new("users", 2, 3, 2, 1)], diff.Tables);
        Assert.Empty(diff.Removed);
    }

    [Fact]
    public async Task Retention_RemovesFilesOfOldVersions_AndKeepsWhatTheyWere()
    {
        for (var day = 1; day <= 3; day++)
            await UploadAsync("kept", ("events", $"{day}.csv", Header + $"1,a1,{1300000000 + day * 86400},view,5\n"));

        await using (var scope = service.Services.CreateAsyncScope())
        {
            var afterwards = new FakeTimeProvider(DateTimeOffset.UtcNow.AddDays(91)); // by the service's own clock nothing is old
            Assert.Equal(2, await ActivatorUtilities.CreateInstance<Retention>(scope.ServiceProvider, afterwards).RemoveAsync(TestContext.Current.CancellationToken));
        }

        Assert.Contains("were removed on", await (await http.GetAsync($"/v1/datasets/kept/versions/1/files/{DatasetFiles.Events}")).ProblemAsync(HttpStatusCode.Gone, "version-removed"), StringComparison.Ordinal);
        var diff = await GetAsync<DatasetDiff>("kept/versions/1/diff/3");
        Assert.Equal((null, null, new TableDiff("events", 1, 3, null, null)), (diff.RowsAdded, diff.Products, diff.Tables[0]));
        Assert.Equal([1], diff.Removed);
        Assert.Equal(["2.csv", "3.csv"], diff.Lineage.SourcesAdded);
        Assert.NotEmpty(diff.Distributions);
        Assert.Single((await GetAsync<DatasetLineage>("kept/versions/1/lineage")).Sources);
        Assert.NotEmpty(await http.GetByteArrayAsync($"/v1/datasets/kept/versions/3/files/{DatasetFiles.Events}"));
    }

    [Fact]
    public async Task Remove_OfTheLatest_IsRefused()
    {
        await UploadAsync("only", ("events", "1.csv", Monday));

        await (await http.DeleteAsync("/v1/datasets/only/versions/1")).ProblemAsync(HttpStatusCode.Conflict, "version-in-use");
        await (await http.DeleteAsync("/v1/datasets/only/versions/7")).ProblemAsync(HttpStatusCode.NotFound, "not-found");
    }

    private async Task<T> GetAsync<T>(string path) => await (await http.GetAsync($"/v1/datasets/{path}")).ReadAsync<T>();

    private async Task<DatasetVersion> UploadAsync(string name, params (string Part, string File, string Content)[] parts) =>
        await (await http.PostAsync($"/v1/datasets?name={name}", Http.Form(parts))).ReadAsync<DatasetVersion>();

    private async Task<DatasetVersion> PrepareAsync(string name)
    {
        var client = new DataPrepClient(http);
        var preparation = await client.PrepareAsync(StoreId.Main, name, new PrepareRequest(), Guid.NewGuid().ToString());
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
