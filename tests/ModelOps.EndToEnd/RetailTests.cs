using System.Net.Http.Json;
using System.Text.Json;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Predictions;
using ModelOps.Contracts.Runs;

namespace ModelOps.EndToEnd;

/// <summary>Ten months of a real shop: uploaded, a month more comes, trained, deployed, asked. Training again is <see cref="LoopTests"/>'.</summary>
public sealed class RetailTests(Stack stack)
{
    private const string Shop = "retail";
    private const string NextMonth = "2011-09";

    [Fact]
    public async Task RealShop_GrowsByAMonth_AndIsServed()
    {
        var days = Days();
        Assert.SkipWhen(days.Count == 0, "Needs ../shared/data/retail beside the project.");
        var past = days.Where(file => string.CompareOrdinal(Path.GetFileName(file), NextMonth) < 0).ToList();

        var uploaded = await UploadAsync(past);
        Assert.Equal((1, 3314), (uploaded.Version, uploaded.Profile.Users));
        Assert.True(uploaded.Rows.Quarantined > 50_000, "A third of this shop's rows name no customer.");

        var grown = await UploadAsync(days.Except(past));
        Assert.Equal(2, grown.Version);
        Assert.True(grown.Profile.To > new DateTimeOffset(2011, 9, 29, 0, 0, 0, TimeSpan.Zero));
        var run = await RunAsync("""{"pipeline":"recommend","dataset":"retail","model":"retail","parameters":{"profile":"fast","epochs":2,"tuningRounds":1,"tuningUsers":400,"testFrom":"2011-09-01"}}""");
        var september = await AssertBetterThanPopularityAsync(run);
        Assert.InRange(september["frequency"]["ndcg@10"], .34, .38); // of the data's README, on the rows that the checks keep
        await AssertServedAsync(version: 1);
    }

    private async Task<DatasetVersion> UploadAsync(IEnumerable<string> files)
    {
        using var http = await stack.ClientAsync("data-prep");
        using var form = new MultipartFormDataContent();
        foreach (var file in files)
            form.Add(new StreamContent(File.OpenRead(file)), "events", Path.GetFileName(file));
        using var answer = await http.PostAsync(new Uri($"/v1/datasets?name={Shop}", UriKind.Relative), form);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<DatasetVersion>())!;
    }

    private async Task<PipelineRun> RunAsync(string request)
    {
        using var http = await stack.ClientAsync("pipeline");
        using var body = new StringContent(request, System.Text.Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(new Uri("/v1/runs", UriKind.Relative), body);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        var run = await stack.FinishAsync((await answer.Content.ReadFromJsonAsync<PipelineRun>())!);
        Assert.Equal((RunState.Succeeded, null), (run.State, run.Error));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", run.Steps.Select(step => $"{step.Name} {step.EndedAt - step.StartedAt:mm\\:ss}")));
        return run;
    }

    /// <summary>The run's own report: what known customers bought in the last month, by the model and by its baselines.</summary>
    private async Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>>> AssertBetterThanPopularityAsync(PipelineRun run)
    {
        var training = await stack.Trainer.GetAsync(StoreId.Main, Guid.Parse(run.Steps.Single(step => step.Name == "train").Outputs["trainingRun"]));
        var (model, popularity, frequency) = (training.Metrics["ndcg@10"], training.Comparison["popularity"]["ndcg@10"], training.Comparison["frequency"]["ndcg@10"]);
        Assert.True(model > 2 * popularity, $"NDCG@10 {model}, popularity {popularity}.");
        // Repeat purchase is nearly everything in this shop: a model that loses it has missed the point.
        Assert.True(model > .95 * frequency, $"NDCG@10 {model}, personal purchase frequency {frequency}.");
        return training.Comparison;
    }

    private async Task AssertServedAsync(int version)
    {
        using var http = await stack.ClientAsync("inference");
        RecommendationResponse? known = null;
        await stack.UntilAsync(async () =>
        {
            known = await RecommendAsync(http, """{"user":"12347","count":10,"model":"retail"}""");
            return known?.Model.Version == version;
        }, $"answers of version {version}");
        Assert.Equal(10, known!.Items.Select(item => item.Id).Distinct().Count());
        Assert.Contains(known.Items, item => item.Reason == "repeat"); // bought items may come again here
        var history = await RecommendAsync(http, """{"history":["22960","21547"],"count":10,"model":"retail"}""");
        Assert.Equal(10, history!.Items.Count);
        Assert.NotEqual(known.Items.Select(item => item.Id), history.Items.Select(item => item.Id));
    }

    private static async Task<RecommendationResponse?> RecommendAsync(HttpClient http, string request)
    {
        using var body = new StringContent(request, System.Text.Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(new Uri("/v1/recommendations", UriKind.Relative), body);
        return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<RecommendationResponse>(JsonSerializerOptions.Web) : null;
    }

    private static List<string> Days()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var data = Path.Combine(folder.FullName, "shared", "data", Shop);
            if (Directory.Exists(data))
                return [.. Directory.GetFiles(data, "20*.csv").Order(StringComparer.Ordinal)];
        }
        return [];
    }
}
