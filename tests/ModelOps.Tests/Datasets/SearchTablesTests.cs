using System.Net;
using System.Net.Http.Json;
using DuckDB.NET.Data;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Events;
using ModelOps.Contracts.Reviews;
using ModelOps.Contracts.Runs;
using ModelOps.DataPrep.Datasets;
using ModelOps.DataPrep.Sources;
using ModelOps.EventLog;

namespace ModelOps.Tests.Datasets;

/// <summary>From the search log to a version's tables and to questions for people, without anybody's id.</summary>
public sealed class SearchTablesTests(Stores stores) : IAsyncLifetime
{
    private const string Products = "id,title,brand\na,Desk lamp,Lumo\nb,Floor lamp,Lumo\nc,Lamp shade,Other\n";
    private static readonly DateTimeOffset Then = DateTimeOffset.UtcNow.AddDays(-1);
    private Service<DatasetsDb> service = null!;
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        service = await stores.StartAsync<DatasetsDb>(["datasetsdb", "eventsdb"]);
        http = service.CreateClient();
    }

    [Fact]
    public async Task Version_HasWhatSeveralAsked_AndWhatTheyDid()
    {
        await FillAsync();

        var version = await UploadAsync("shop");

        Assert.Equal((2L, 1L), (version.Profile.Tables["queries"], version.Profile.Tables["reformulations"]));
        Assert.Equal(["lamp/6/6/5/6/1", "lmap/5/5/0/0/0"], await RowsAsync("shop", 1, DatasetFiles.Queries, "concat_ws('/', query, asked, shoppers, found, clicked, bought)")); // a phone number, and what two asked, stay with them
        Assert.Equal(["lamp/a/1/6/0/0", "lamp/b/2/6/6/1", "lamp/c/1/1/0/0"], await RowsAsync("shop", 1, DatasetFiles.Searches, "concat_ws('/', query, item_id, place, shown, clicked, bought)"));
        Assert.Equal(["lmap/lamp/5/5"], await RowsAsync("shop", 1, DatasetFiles.Reformulations, "concat_ws('/', query, later, shoppers, times)"));
        foreach (var file in new[] { DatasetFiles.Queries, DatasetFiles.Searches, DatasetFiles.Reformulations })
            Assert.DoesNotContain(await RowsAsync("shop", 1, file, "CAST(to_json(t) AS VARCHAR)"), row => row.Contains("user-", StringComparison.Ordinal));

        var queries = (await new DataPrepClient(http).FindQueriesAsync(StoreId.Main, "shop", 1))!;
        Assert.Equal([new QueryCounts("lamp", 6, 6, 5, 6, 1), new QueryCounts("lmap", 5, 5, 0, 0, 0)], queries.MostAsked);
        Assert.Equal("lmap", Assert.Single(queries.FoundNothing).Query);
        Assert.Equal([new QueryRewording("lmap", "lamp", 5, 5)], queries.Rewordings);
        await (await http.GetAsync("/v1/datasets/shop/versions/1/queries?count=0")).ProblemAsync(HttpStatusCode.BadRequest, "queries-request");
        Assert.Null(await new DataPrepClient(http).FindQueriesAsync(StoreId.Main, "shop", 9));
    }

    [Fact]
    public async Task Pairs_ArePutToPeople_AndTheirGradesAreJudgementsOfTheNextVersion()
    {
        await FillAsync();
        await UploadAsync("judged");

        var questions = (await (await http.GetAsync("/v1/datasets/judged/reviews?column=grade")).ReadAsync<Page<Review>>()).Items;
        Assert.Equal(3, questions.Count);
        var question = questions.Single(review => review.Details["item_id"] == "b");
        Assert.Equal(("judgements", "grade", "lamp → Floor lamp", "6"), (question.Table, question.Column, question.Text, question.Details["asked"]));
        Assert.DoesNotContain("clicked", question.Details.Keys); // it would sway who judges
        Assert.Equal(["0", "1", "2", "3"], question.Candidates.Select(candidate => candidate.Label));
        await (await SendAsync(question, "very good")).ProblemAsync(HttpStatusCode.BadRequest, "review-answer");
        await (await SendAsync(question, "3")).ReadAsync<Review>();

        var client = new DataPrepClient(http);
        var preparation = await client.PrepareAsync(StoreId.Main, "judged", new PrepareRequest(), Guid.NewGuid().ToString());
        await Eventually.TrueAsync(async () => (preparation = await client.GetPreparationAsync(StoreId.Main, "judged", preparation.Id)).State.IsFinal(), "the preparation");

        Assert.Equal((null, 2), (preparation.Error, preparation.Version));
        Assert.Equal(["lamp/b/3.0/Floor lamp"], await RowsAsync("judged", 2, DatasetFiles.Judgements, "concat_ws('/', query, item_id, grade, title)"));
        Assert.Equal(2, (await (await http.GetAsync("/v1/datasets/judged/reviews?column=grade")).ReadAsync<Page<Review>>()).Items.Count);
        Assert.Equal("lamp → Floor lamp", (await (await http.GetAsync($"/v1/datasets/judged/reviews/{question.Id}")).ReadAsync<Review>()).Text);
    }

    /// <summary>Five mistype, ask again and click the second product; one gets a second page.</summary>
    private async Task FillAsync()
    {
        var log = service.Services.GetRequiredService<ShopEvents>();
        await log.AppendImpressionsAsync([
            .. Enumerable.Range(1, 5).SelectMany(user => new[] { Searched($"m{user}", $"user-{user}", 0, "lmap", 0), Searched($"l{user}", $"user-{user}", 1, user == 1 ? "LAMP!" : "lamp", 5, items: ["a", "b"]) }),
            Searched("l6", "user-6", 1, "lamp", 5, items: ["a", "b"]),
            Searched("l6-2", "user-6", 2, "lamp", 5, 2, "c"),
            .. Enumerable.Range(1, 2).Select(user => Searched($"s{user}", $"user-{user}", 9, "secret wish", 1, items: ["c"])),
            .. Enumerable.Range(1, 6).Select(user => Searched($"p{user}", $"user-{user}", 12, "call +49 151 23456789", 1, items: ["c"])),
            Searched("shadow", "user-1", 15, "lamp", 5, items: ["c"]) with { Overlap = .5, Arm = "shadow" },
        ]);
        await log.AppendAsync([
            .. Enumerable.Range(1, 6).Select(user => Did($"e{user}", EventNames.View, $"l{user}", "b")),
            Did("buys", EventNames.Purchase, "l2", "b"),
            Did("late", EventNames.View, "l3", "a") with { Time = Then },
        ]);
        // A transaction of any other test on this server holds them back until it ends.
        await Eventually.TrueAsync(async () => (await log.ReadAsync(null, 0, 100)).Events.Count == 8 && (await log.ReadImpressionsAsync(0, 100)).Events.Count == 21, "the settled events");
    }

    private static Impression Searched(string token, string user, int minute, string query, int found, int page = 1, params string[] items) => new(
        StoreId.Main, token, Then.AddMinutes(minute).AddDays(-8), "search", 1, user, items, false, .002, Placement: "search", Query: query,
        Search: new LoggedSearch(query.ToLowerInvariant().TrimEnd('!'), page, (page - 1) * 2, found, "all"));

    private static LoggedEvent Did(string id, string name, string token, string item) => new(StoreId.Main, id, name, "user-1", null, Then.AddMinutes(5).AddDays(-8), [new EventItem(item)], token);

    private async Task<DatasetVersion> UploadAsync(string name) => await (await http.PostAsync($"/v1/datasets?name={name}", Http.Form(("products", "products.csv", Products)))).ReadAsync<DatasetVersion>();

    private Task<HttpResponseMessage> SendAsync(Review question, string label) => http.PutAsJsonAsync($"/v1/datasets/judged/reviews/{question.Id}/answer", new ReviewAnswer(label, question.Revision));

    private async Task<List<string>> RowsAsync(string name, int version, string file, string expression)
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(path, await http.GetByteArrayAsync($"/v1/datasets/{name}/versions/{version}/files/{file}"));
            using var duck = new DuckDBConnection("DataSource=:memory:");
            duck.Open();
            return duck.Rows($"SELECT {expression} FROM read_parquet('{path}') t", row => row.GetString(0));
        }
        finally
        {
            File.Delete(path);
        }
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await service.DisposeAsync();
    }
}
