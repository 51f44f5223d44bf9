using System.Net.Http.Json;
using System.Text.Json;
using ModelOps.Contracts;
using ModelOps.Contracts.Events;
using ModelOps.Contracts.Exports;
using ModelOps.Contracts.Predictions;
using ModelOps.Contracts.Runs;
using ModelOps.Contracts.Versions;

namespace ModelOps.EndToEnd;

/// <summary>The loop: trained, deployed, asked, fed back, counted, retrained, rolled back.</summary>
public sealed class LoopTests(Stack stack)
{
    [Fact]
    public async Task DemoShop_IsDeployed_AndBeatsPopularity()
    {
        var run = (await stack.Pipeline.ListAsync(StoreId.Main)).Items.Last(run => run.Dataset == "demo");
        var training = await stack.Trainer.GetAsync(StoreId.Main, Guid.Parse(run.Steps.Single(step => step.Name == "train").Outputs["trainingRun"]));

        Assert.Equal(RunState.Succeeded, run.State);
        Assert.True(training.Metrics["ndcg@10"] > 2 * training.Comparison["popularity"]["ndcg@10"], "The model should beat popularity clearly.");
        Assert.True(training.Metrics["parity"] <= 1e-4);
        Assert.True(training.Epochs[^1].Loss > 0);
    }

    [Fact]
    public async Task Recommendations_FitTheAsker()
    {
        var shopper = (await stack.Inference.SampleShoppersAsync(StoreId.Main, Stack.Model, 1))[0];

        RecommendationResponse known = null!, again = null!;
        await stack.UntilAsync(async () =>
        {
            known = await stack.Inference.RecommendAsync(StoreId.Main, new RecommendationRequest(User: shopper, Count: 20));
            again = await stack.Inference.RecommendAsync(StoreId.Main, new RecommendationRequest(User: shopper, Count: 20));
            return again.Cached; // not at once where Redis or the event log took too long
        }, "an answer from the cache");
        var stranger = await stack.Inference.RecommendAsync(StoreId.Main, new RecommendationRequest(User: "never seen before"));
        var excluded = await stack.Inference.RecommendAsync(StoreId.Main, new RecommendationRequest(User: shopper, Count: 20, Exclude: [known.Items[0].Id, "no such product"]));
        var garden = await stack.Inference.RecommendAsync(StoreId.Main, new RecommendationRequest(User: shopper, Filter: new RecommendationFilter(Category: "Garden")));

        Assert.Equal(20, known.Items.Select(item => item.Id).Distinct().Count());
        Assert.Equal(known.Items, again.Items);
        Assert.NotEqual(known.Token, again.Token);
        Assert.All(stranger.Items, item => Assert.Equal("popular", item.Reason));
        Assert.DoesNotContain(known.Items[0].Id, excluded.Items.Select(item => item.Id));
        var products = await stack.Inference.GetProductsAsync(StoreId.Main, Stack.Model, garden.Items.Select(item => item.Id));
        Assert.All(products, product => Assert.StartsWith("Garden", product.Category, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Export_HasWhatTheShopperWouldSee()
    {
        var shopper = (await stack.Inference.SampleShoppersAsync(StoreId.Main, Stack.Model, 1))[0];
        var started = await stack.Pipeline.StartExportAsync(StoreId.Main, new ExportRequest(new(List: [shopper, "never seen before"]), Count: 5));

        RecommendationExport export = null!;
        await stack.UntilAsync(async () => (export = await stack.Pipeline.GetExportAsync(StoreId.Main, started.Id)).State.IsFinal(), "the export");
        using var file = await stack.Pipeline.OpenExportAsync(StoreId.Main, export.Id);
        var lines = (await file.Content.ReadAsStringAsync()).TrimEnd('\n').Split('\n');

        var seen = await stack.Inference.RecommendAsync(StoreId.Main, new RecommendationRequest(User: shopper, Count: 5));
        Assert.Equal((RunState.Succeeded, 3), (export.State, lines.Length));
        Assert.Equal([shopper, Stack.Model, $"{seen.Model.Version}", .. seen.Items.Select(item => item.Id)], lines[1].Split(','));
    }

    [Fact]
    public async Task Event_ChangesTheNextAnswer_AndIsCounted()
    {
        var shopper = $"new-{Guid.NewGuid():N}";
        var before = await stack.Inference.RecommendAsync(StoreId.Main, new RecommendationRequest(User: shopper));
        var item = before.Items[3].Id;

        var receipt = await stack.Inference.SendEventsAsync(StoreId.Main, new EventBatch([new ShopEvent(null, "view_item", shopper, null, null, [new EventItem(item)], before.Token)]));
        RecommendationResponse after = null!;
        await stack.UntilAsync(async () =>
        {
            after = await stack.Inference.RecommendAsync(StoreId.Main, new RecommendationRequest(User: shopper));
            return after.Items.Any(recommended => recommended.Reason == "model"); // by popularity, and not kept, where the event log took too long
        }, "an answer that knows the event");

        Assert.Equal(1, receipt.Accepted);
        Assert.False(after.Cached);
        await stack.UntilAsync(async () => (await stack.Monitor.GetQualityAsync(StoreId.Main, Stack.Model, DateTimeOffset.UtcNow.AddHours(-1))).Items.Sum(window => window.Clicks) > 0, "the click to be counted");
    }

    [Fact]
    public async Task Trace_OfARecommendation_ShowsInferenceAndCache()
    {
        var trace = Guid.NewGuid().ToString("N");
        using var http = await stack.ClientAsync("inference");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/recommendations") { Content = JsonContent.Create(new RecommendationRequest(User: $"traced-{trace}", Model: Stack.Model)) };
        request.Headers.Add("traceparent", $"00-{trace}-00f067aa0ba902b7-01");
        using var unknown = new HttpRequestMessage(HttpMethod.Post, "/v1/recommendations") { Content = JsonContent.Create(new RecommendationRequest(Model: "not-deployed")) };
        unknown.Headers.Add("traceparent", $"00-{trace}-00f067aa0ba902b7-01");

        (await http.SendAsync(request)).EnsureSuccessStatusCode();
        await http.SendAsync(unknown); // asks the registry within the same trace

        await stack.UntilAsync(async () =>
        {
            var spans = JsonDocument.Parse(await stack.EngineAsync($"/api/telemetry/traces/{trace}")).RootElement.EnumerateArray().ToList();
            var services = spans.Select(span => span.GetProperty("service").GetString()).ToHashSet();
            return services.Contains("inference") && services.Contains("registry") && spans.Any(span => span.GetProperty("name").GetString() == "HMGET");
        }, "the spans of inference, cache and registry");
    }

    [Fact]
    public async Task Retraining_TakesTheFeedbackIn_AndRollbackIsOneCall()
    {
        var champion = (await stack.Registry.FindAsync(StoreId.Main, Stack.Model))!.Aliases["champion"];
        await stack.Inference.SendEventsAsync(StoreId.Main, new EventBatch([new ShopEvent(null, "purchase", "20000", null, null, [new EventItem("P10000")], null)]));

        var run = await stack.FinishAsync(await stack.Pipeline.StartAsync(StoreId.Main, new PipelineRunRequest("recommend", "demo")));
        Assert.Equal((RunState.Succeeded, null), (run.State, run.Error));
        var newer = (await stack.Registry.FindAsync(StoreId.Main, Stack.Model))!.Aliases["champion"];
        Assert.True(newer > champion);
        await AnswersAsync(newer);
        Assert.True((await stack.DataPrep.FindAsync(StoreId.Main, "demo"))!.LatestVersion > 1);

        await stack.Registry.SetAliasAsync(StoreId.Main, Stack.Model, "champion", new AliasRequest(champion, "rolled back by a test"));
        await AnswersAsync(champion);
    }

    private Task AnswersAsync(int version) => stack.UntilAsync(
        async () => (await stack.Inference.RecommendAsync(StoreId.Main, new RecommendationRequest(User: "20001"))).Model.Version == version, $"answers of version {version}");
}
