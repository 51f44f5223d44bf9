using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using CsvHelper;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Exports;
using ModelOps.Contracts.Predictions;
using ModelOps.Contracts.Runs;
using ModelOps.Pipeline.Runs;

namespace ModelOps.Tests.Pipeline;

/// <summary>Exports on the real database and blob storage, with a scripted inference behind them.</summary>
public sealed class ExportsTests(Stores stores) : IAsyncLifetime
{
    private readonly Shop shop = new();
    private IReadOnlyDictionary<string, string> settings = null!;
    private Service<PipelineDb> service = null!;
    private HttpClient http = null!;
    private PipelineClient client = null!;

    public async ValueTask InitializeAsync()
    {
        settings = new Dictionary<string, string>(await stores.SettingsAsync("pipelinedb"))
        {
            ["Exports:PartUsers"] = "3",
            ["Exports:BatchUsers"] = "2",
            ["Exports:Share"] = "1",
            ["Jobs:Lease"] = "00:00:02",
            ["Jobs:RetryDelay"] = "00:00:00.05",
        };
        Start();
    }

    [Fact]
    public async Task All_BecomesACsvFile_WithoutFormulas()
    {
        shop.Users = ["20001", "=cmd|' /C calc'!A0", "a,\"b\"", "@x", "+1"];

        var export = await FinishAsync(await client.StartExportAsync(StoreId.Main, new ExportRequest(new(All: true), Count: 2)));
        using var file = await client.OpenExportAsync(StoreId.Main, export.Id);
        var text = await file.Content.ReadAsStringAsync();

        Assert.Equal((RunState.Succeeded, 5, 5, null), (export.State, export.Users, export.Done, export.Error));
        Assert.Equal("text/csv", file.Content.Headers.ContentType?.MediaType);
        Assert.Equal(text.Length, file.Content.Headers.ContentLength);
        Assert.StartsWith("recommend-", file.Content.Headers.ContentDisposition?.FileName, StringComparison.Ordinal);
        Assert.Equal(
            [
                ["user_id", "model", "version", "item_1", "item_2"],
                ["20001", "recommend", "7", "p-20001", ""],
                ["'=cmd|' /C calc'!A0", "recommend", "7", "'=p", ""],
                ["a,\"b\"", "recommend", "7", "p-a,\"b\"", ""],
                ["'@x", "recommend", "7", "p-@x", ""],
                ["'+1", "recommend", "7", "p-+1", ""],
            ],
            Records(text));
    }

    [Fact]
    public async Task Dataset_WithTags_BecomesJsonLines()
    {
        var request = new ExportRequest(new(Dataset: "retail", Tags: new Dictionary<string, string> { ["segment"] = "loyal" }), ExportFormat.JsonLines, 2, "mine", Filter: new(Category: "Garden"));

        var export = await FinishAsync(await client.StartExportAsync(StoreId.Main, request));
        using var file = await client.OpenExportAsync(StoreId.Main, export.Id);
        var lines = (await file.Content.ReadAsStringAsync()).TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();

        Assert.Equal(["ann", "=bob"], lines.Select(line => line.GetProperty("user").GetString()));
        Assert.All(lines, line => Assert.Equal(("mine", 7), (line.GetProperty("model").GetString(), line.GetProperty("version").GetInt32())));
        Assert.Equal("p-ann", lines[0].GetProperty("items")[0].GetProperty("id").GetString());
        Assert.All(shop.Asked, asked => Assert.Equal("Garden", asked.Filter!.Category));
    }

    [Fact]
    public async Task Inference_HasTooMuchToDo_ItIsLeftAlone_ThenGoesOn()
    {
        shop.Answer = request => request.User == "b" && shop.Asked.Count(asked => asked.User == "b") == 1 ? HttpStatusCode.TooManyRequests : HttpStatusCode.OK;

        var export = await FinishAsync(await StartAsync("a", "b", "c", "b"));

        Assert.Equal((RunState.Succeeded, 3), (export.State, export.Done)); // who is listed twice comes once
        Assert.Equal(["a", "b", "a", "b", "c"], shop.Asked.Select(asked => asked.User));
    }

    [Fact]
    public async Task WorkerIsLost_AnotherGoesOnAfterTheLastPart()
    {
        shop.Hangs = "f"; // in the second part
        var export = await StartAsync("a", "b", "c", "d", "e", "f", "g");
        await Eventually.TrueAsync(() => shop.Asked.Any(asked => asked.User == "f"), "the second part");
        Assert.Equal((RunState.Running, 7, 3), Progress(await client.GetExportAsync(StoreId.Main, export.Id)));
        await (await http.GetAsync($"/v1/exports/{export.Id}/file")).ProblemAsync(HttpStatusCode.Conflict, "export-not-ready");
        await service.DisposeAsync();

        shop.Hangs = null;
        var before = shop.Asked.Count;
        Start();
        export = await FinishAsync(export);

        Assert.Equal((RunState.Succeeded, 7, 7), Progress(export));
        Assert.Equal(["d", "e", "f", "g"], shop.Asked.Skip(before).Select(asked => asked.User));
        Assert.Equal(["a", "b", "c", "d", "e", "f", "g"], await UsersOfFileAsync(export));
    }

    [Fact]
    public async Task Failure_ThatPasses_CostsOnePart_AndOneThatStays_IsTold()
    {
        shop.Answer = request => request.User == "e" && shop.Asked.Count(asked => asked.User == "e") == 1 ? HttpStatusCode.InternalServerError : HttpStatusCode.OK;
        var passing = await FinishAsync(await StartAsync("a", "b", "c", "d", "e"));
        Assert.Equal(["a", "b", "c", "d", "e"], await UsersOfFileAsync(passing));
        Assert.Single(shop.Asked, asked => asked.User == "a");

        shop.Answer = request => request.User == "z" ? HttpStatusCode.NotFound : HttpStatusCode.OK;
        var failed = await FinishAsync(await StartAsync("y", "z"));
        Assert.Equal((RunState.Failed, "Said by inference."), (failed.State, failed.Error));
    }

    [Fact]
    public async Task Removed_ItsFileIsGone()
    {
        var export = await FinishAsync(await StartAsync("a"));
        var blobs = service.Services.GetRequiredService<BlobContainerClient>();
        await Eventually.TrueAsync(async () => await CountAsync(blobs, export.Id) == 1, "the list of users to go");

        await client.RemoveExportAsync(StoreId.Main, export.Id);

        await (await http.GetAsync($"/v1/exports/{export.Id}")).ProblemAsync(HttpStatusCode.NotFound, "not-found");
        Assert.Equal(0, await CountAsync(blobs, export.Id));
        Assert.Empty((await client.ListExportsAsync(StoreId.Main)).Items);
    }

    [Fact]
    public async Task SameIdempotencyKey_IsOneExport()
    {
        var request = new ExportRequest(new(List: ["a"]));

        var first = await client.StartExportAsync(StoreId.Main, request, "key");
        await FinishAsync(first);
        var again = await client.StartExportAsync(StoreId.Main, request, "key");

        Assert.Equal((first.Id, RunState.Succeeded), (again.Id, again.State));
    }

    [Theory]
    [InlineData("""{"count":3}""", "export", "Say for whom")]
    [InlineData("""{"users":{"all":true,"list":["a"]}}""", "export", "Say for whom")]
    [InlineData("""{"users":{"all":true,"tags":{"segment":"loyal"}}}""", "export", "are a dataset's")]
    [InlineData("""{"users":{"list":[]}}""", "export", "from 1 to 100000")]
    [InlineData("""{"users":{"list":["a",""]}}""", "export", "without an id")]
    [InlineData("""{"users":{"all":true},"format":"xls"}""", "export", "known: csv, jsonl")]
    [InlineData("""{"users":{"all":true},"count":500}""", "said", "Said by inference.")] // who is asked checks the question
    public async Task Start_ThatCannotBeUsed_SaysWhy(string body, string type, string says)
    {
        shop.Answer = request => request.Count > 200 ? HttpStatusCode.BadRequest : HttpStatusCode.OK;

        using var response = await http.PostAsync("/v1/exports", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));

        Assert.Contains(says, await response.ProblemAsync(HttpStatusCode.BadRequest, type), StringComparison.Ordinal);
    }

    private void Start()
    {
        service = new Service<PipelineDb>(settings, builder => builder.ConfigureTestServices(services =>
        {
            services.AddHttpClient<InferenceClient>().ConfigurePrimaryHttpMessageHandler(() => new Behind(shop));
            services.AddHttpClient<DataPrepClient>().ConfigurePrimaryHttpMessageHandler(() => new Behind(shop));
        }));
        http = service.CreateClient();
        client = new PipelineClient(http);
    }

    private Task<RecommendationExport> StartAsync(params string[] users) => client.StartExportAsync(StoreId.Main, new ExportRequest(new(List: users)));

    private async Task<RecommendationExport> FinishAsync(RecommendationExport export)
    {
        await Eventually.TrueAsync(async () => (export = await client.GetExportAsync(StoreId.Main, export.Id)).State.IsFinal(), "the export's end");
        return export;
    }

    private async Task<IEnumerable<string>> UsersOfFileAsync(RecommendationExport export)
    {
        using var file = await client.OpenExportAsync(StoreId.Main, export.Id);
        return (await file.Content.ReadAsStringAsync()).TrimEnd('\n').Split('\n').Skip(1).Select(line => line.Split(',')[0]);
    }

    private static List<string[]> Records(string text)
    {
        using var csv = new CsvParser(new StringReader(text), CultureInfo.InvariantCulture);
        var records = new List<string[]>();
        while (csv.Read())
            records.Add(csv.Record!);
        return records;
    }

    private static (RunState, int?, int) Progress(RecommendationExport export) => (export.State, export.Users, export.Done);

    private static async Task<int> CountAsync(BlobContainerClient blobs, Guid export)
    {
        var count = 0;
        await foreach (var _ in blobs.GetBlobsAsync(BlobTraits.None, BlobStates.None, $"main/{export}/", CancellationToken.None))
            count++;
        return count;
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await service.DisposeAsync();
    }

    /// <summary>What inference and data-prep know and say.</summary>
    private sealed class Shop
    {
        public IReadOnlyList<string> Users { get; set; } = [];

        public string? Hangs { get; set; }

        public Func<RecommendationRequest, HttpStatusCode> Answer { get; set; } = _ => HttpStatusCode.OK;

        /// <summary>The question that tries the request out is left out.</summary>
        public ConcurrentQueue<RecommendationRequest> Asked { get; } = [];
    }

    private sealed class Behind(Shop shop) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => request.RequestUri!.PathAndQuery switch
        {
            "/v1/recommendations/bulk" => await AnswerAsync((await request.Content!.ReadFromJsonAsync<RecommendationBatch>(cancellationToken))!, cancellationToken),
            "/v1/models/recommend/shoppers?count=10000000" => Ok(shop.Users),
            "/v1/datasets/retail" => Ok(new Dataset("retail", 4, DateTimeOffset.UnixEpoch, [])),
            "/v1/datasets/retail/versions/4/users?tag=segment%3Aloyal" => Ok(new[] { "ann", "=bob" }),
            var other => throw new InvalidOperationException(other),
        };

        private async Task<HttpResponseMessage> AnswerAsync(RecommendationBatch batch, CancellationToken cancellationToken)
        {
            foreach (var one in batch.Requests!)
            {
                if (one.User!.Length > 0)
                    shop.Asked.Enqueue(one);
                if (one.User == shop.Hangs)
                    await Task.Delay(Timeout.Infinite, cancellationToken);
                if (shop.Answer(one) is not HttpStatusCode.OK and var refused)
                    return new HttpResponseMessage(refused) { Content = JsonContent.Create(new ProblemDetails { Type = "urn:modelops:said", Detail = "Said by inference." }, mediaType: new("application/problem+json")) };
            }
            return Ok(new BulkResponse(new(batch.Requests[0].Model ?? "recommend", 7), [.. batch.Requests.Select(one => new RecommendedItem[] { new(one.User!.StartsWith('=') ? "=p" : $"p-{one.User}", 1, "model") })]));
        }

        private static HttpResponseMessage Ok<T>(T value) => new(HttpStatusCode.OK) { Content = JsonContent.Create(value) };
    }
}
