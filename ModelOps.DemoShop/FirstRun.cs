using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Predictions;
using ModelOps.Contracts.Runs;
using ModelOps.Contracts.Versions;
using ModelOps.DemoShop.Shop;

namespace ModelOps.DemoShop;

/// <summary>
/// The first start: uploads the demo shop, runs the pipeline, asks for the first recommendation; then trains the search and the assistant.
/// Each step can be repeated, so a start that was interrupted goes on.
/// </summary>
internal sealed class FirstRun(
    IHttpClientFactory http, DataPrepClient dataPrep, PipelineClient pipeline, RegistryClient registry, InferenceClient inference, DemoTraffic traffic)
{
    public const string Dataset = "demo";
    public const string Model = "recommend";
    private const int Seed = 20;

    /// <summary>A few hundred messages need no more.</summary>
    private static readonly Dictionary<string, JsonElement> QuickAssistant = new() { ["networks"] = JsonSerializer.SerializeToElement(1), ["passes"] = JsonSerializer.SerializeToElement(8) };

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (await IsDeployedAsync(Model, cancellationToken))
            Say("A recommender is deployed already; the demo shop is not imported again.");
        else
            await ImportAndRecommendAsync(cancellationToken);
        await TrainOthersAsync(cancellationToken);
    }

    private async Task ImportAndRecommendAsync(CancellationToken cancellationToken)
    {
        var shop = new DemoShopFiles(Seed, DateOnly.FromDateTime(DateTime.UtcNow));
        if (await dataPrep.FindAsync(StoreId.Main, Dataset, cancellationToken) is null)
            await UploadAsync(shop, cancellationToken);
        await TrainAsync("recommend", Model, cancellationToken);
        await RecommendAsync(shop, cancellationToken);
        await traffic.SendAsync(shop, cancellationToken);
        Say("A few hundred shoppers have reacted to it: see Monitoring. A pipeline run takes their events in.");
    }

    /// <summary>What does not keep anybody from the first recommendation.</summary>
    private async Task TrainOthersAsync(CancellationToken cancellationToken)
    {
        var dataset = await dataPrep.FindAsync(StoreId.Main, Dataset, cancellationToken);
        if (dataset is null)
            return;
        if (!await IsDeployedAsync("search", cancellationToken))
            await TrainAsync("search", "search", cancellationToken);
        if (!await IsDeployedAsync("assist", cancellationToken) && dataset.Versions.Any(version => version.Profile.Tables.GetValueOrDefault("messages") > 0))
            await TrainAsync("assist", "assist", cancellationToken, QuickAssistant);
        Say("Search and assistant are deployed too: try \"espresso pot\" and \"where is my order?\" on the dashboard, or POST /v1/search and /v1/assist at inference.");
    }

    private async Task<bool> IsDeployedAsync(string model, CancellationToken cancellationToken) => await registry.FindAsync(StoreId.Main, model, cancellationToken) is { Aliases.Count: > 0 };

    private async Task UploadAsync(DemoShopFiles shop, CancellationToken cancellationToken)
    {
        Say($"Making {DemoShopFiles.ShopperCount:N0} shoppers, {DemoShopFiles.ProductCount:N0} products and {DemoShopFiles.Days} days of visits.");
        using var form = new MultipartFormDataContent();
        form.Add(Csv(shop.WriteProducts), "products", "products.csv");
        form.Add(Csv(file => shop.WriteEvents(file)), "events", "events.csv");
        form.Add(Csv(ServiceDesk.WriteMessages), "messages", "messages.csv");
        form.Add(Csv(ServiceDesk.WriteFaq), "faq", "faq.csv");
        using var client = http.CreateClient(UploadClient);
        using var response = await client.PostAsync(new Uri($"/v1/datasets?name={Dataset}", UriKind.Relative), form, cancellationToken);
        if (!response.IsSuccessStatusCode)
            throw new ServiceException(response.StatusCode, null, $"data-prep refused the demo shop: {await response.Content.ReadAsStringAsync(cancellationToken)}");
        var version = (await response.Content.ReadFromJsonAsync<DatasetVersion>(cancellationToken))!;
        Say($"Dataset '{version.Name}' version {version.Version}: {version.Rows.Read:N0} rows read, {version.Rows.Kept:N0} kept, {version.Rows.Quarantined:N0} quarantined.");
    }

    public const string UploadClient = "upload";

    private static ByteArrayContent Csv(Action<TextWriter> write)
    {
        using var content = new MemoryStream();
        using (var writer = new StreamWriter(content, leaveOpen: true) { NewLine = "\n" })
            write(writer);
        return new ByteArrayContent(content.ToArray());
    }

    private async Task TrainAsync(string name, string model, CancellationToken cancellationToken, IReadOnlyDictionary<string, JsonElement>? parameters = null)
    {
        var run = await pipeline.StartAsync(StoreId.Main, new PipelineRunRequest(name, Dataset, model, parameters), name == "recommend" ? "demo-shop/first-run" : $"demo-shop/first-run/{name}", cancellationToken);
        Say($"Pipeline run {run.Id} of '{name}' started.");
        var shown = "";
        while (!run.State.IsFinal())
        {
            await Task.Delay(1000, cancellationToken);
            try
            {
                run = await pipeline.GetAsync(StoreId.Main, run.Id, cancellationToken);
            }
            catch (Exception exception) when (exception is HttpRequestException or ServiceException { IsTransient: true })
            {
                continue; // it comes back, and so does the run
            }
            shown = ShowProgress(run, shown);
        }
        if (run.State != RunState.Succeeded)
            throw new InvalidOperationException($"The run of '{name}' ended as {run.State}: {run.Error}");
    }

    private static string ShowProgress(PipelineRun run, string shown)
    {
        var step = run.Steps.FirstOrDefault(step => step.State == RunState.Running) ?? run.Steps[^1];
        var numbers = string.Join(", ", step.Metrics.Where(metric => metric.Key is "epochs" or "loss" or "kept" or "version").Select(metric => $"{metric.Key} {metric.Value:0.###}"));
        var line = $"  {step.Name}: {step.State}{(numbers.Length > 0 ? $" ({numbers})" : "")}";
        if (line != shown)
            Say(line);
        return line;
    }

    private async Task RecommendAsync(DemoShopFiles shop, CancellationToken cancellationToken)
    {
        var request = new RecommendationRequest(User: shop.Shoppers[0].Id, Count: 5, Model: Model);
        while (true)
        {
            try
            {
                var answer = await inference.RecommendAsync(StoreId.Main, request, cancellationToken);
                var titles = shop.Products.ToDictionary(product => product.Id, product => product.Title);
                Say($"First recommendation, for shopper {request.User}, by {answer.Model.Name} version {answer.Model.Version}:");
                foreach (var item in answer.Items)
                    Say($"  {item.Id}  {titles.GetValueOrDefault(item.Id)}  ({item.Reason})");
                return;
            }
            catch (ServiceException exception) when (exception.Status == HttpStatusCode.NotFound || exception.IsTransient)
            {
                await Task.Delay(500, cancellationToken); // the replicas follow the alias within two seconds
            }
        }
    }

    internal static void Say(string line) => Console.WriteLine(line);
}
