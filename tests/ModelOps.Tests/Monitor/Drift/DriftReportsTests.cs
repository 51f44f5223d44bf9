using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Drift;
using ModelOps.Contracts.Events;
using ModelOps.Contracts.Quality;
using ModelOps.Contracts.Versions;
using ModelOps.EventLog;
using ModelOps.Monitor.Alerts.Metrics;
using ModelOps.Monitor.Drift;
using ModelOps.Monitor.Quality;
using ModelOps.Pipeline.Triggers;

namespace ModelOps.Tests.Monitor.Drift;

/// <summary>From a real event log to the report, and to those who act on it. Registry and data preparation are answers from memory.</summary>
public sealed class DriftReportsTests(Stores stores)
{
    private const int Before = 28, Shoppers = 40;
    private static readonly DateTimeOffset Today = new(DateTimeOffset.UtcNow.AddHours(-1).UtcDateTime.Date, TimeSpan.Zero);

    [Fact]
    public async Task AShiftOfTheLastDay_IsReportedOnce_WithBothHistograms()
    {
        await using var service = await StartAsync(learnedUntil: Today.AddDays(-1));
        using var http = service.CreateClient();
        var events = service.Services.GetRequiredService<ShopEvents>();
        List<LoggedEvent> views = [.. Enumerable.Range(1, Before + 1).SelectMany(ago => Day(ago, ago == 1 ? "p7" : null))];
        await events.AppendImpressionsAsync([.. views.Select(view => new Impression(StoreId.Main, view.Token!, view.Time.AddSeconds(-90), "m", 1, view.User, [view.Items[0].ItemId], false, .001))]);
        await events.AppendAsync(views);
        await RunAsync(service);
        await RunAsync(service); // the day has its report

        var monitor = new MonitorClient(http);
        var report = Assert.Single((await monitor.ListDriftAsync(StoreId.Main, "m")).Items);
        Assert.Equal((1, DriftOutcome.Drifted, true), (report.Version, report.Outcome, report.IsDrifted));
        Assert.Equal((Today.AddDays(-1), Today), (report.From, report.To));
        Assert.Equal(("training", Before), (report.Reference!.Source, report.Reference.Days));
        Assert.Contains(report.Reasons, reason => reason.Contains("C7", StringComparison.Ordinal));

        var evidence = (await monitor.FindDriftAsync(StoreId.Main, "m", report.Id))!;
        Assert.Equal((report.Compared, report.Drifted), (evidence.Findings.Count, evidence.Findings.Count(finding => finding.IsDrifted)));
        var category = evidence.Findings.Single(finding => finding is { Measure: "category", Segment: "all" });
        Assert.Equal((1, 0), (category.Bars.Single(bar => bar.Value == "C7").Window, category.Bars.Single(bar => bar.Value == "C1").Window));
        Assert.Equal(1, category.Bars.Sum(bar => bar.Reference), 1e-9);
        var delay = evidence.Findings.Single(finding => finding is { Measure: "click_delay" });
        Assert.Equal((Shoppers, Before / 7 * Shoppers, false), (delay.Shoppers, delay.ReferenceShoppers, delay.IsDrifted)); // of the same weekday
        Assert.False(evidence.Findings.Single(finding => finding is { Measure: "hour" }).IsDrifted);

        Assert.Equal(report.Id, (await monitor.MakeDriftReportAsync(StoreId.Main, "m", DateOnly.FromDateTime(Today.AddDays(-1).UtcDateTime))).Id);
        var earlier = await monitor.MakeDriftReportAsync(StoreId.Main, "m", DateOnly.FromDateTime(Today.AddDays(-9).UtcDateTime));
        Assert.Equal(DriftOutcome.CannotTell, earlier.Outcome); // it has learned from that day
        Assert.Equal(report.Id, Assert.Single((await monitor.ListDriftAsync(StoreId.Main, "m", limit: 1)).Items).Id); // by day, not by when they were made
        var page = await (await http.GetAsync("/v1/models/m/drift?limit=1")).ReadAsync<Page<DriftReport>>();
        Assert.Equal(earlier.Id, Assert.Single((await (await http.GetAsync($"/v1/models/m/drift?limit=1&after={page.Next}")).ReadAsync<Page<DriftReport>>()).Items).Id);
        await (await http.PostAsync($"/v1/models/m/drift?day={Today:yyyy-MM-dd}", null)).ProblemAsync(HttpStatusCode.BadRequest, "drift");

        var sighting = (await new MonitorDriftSource(http).FindAsync(StoreId.Main, "m", CancellationToken.None))!;
        Assert.Equal((report.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), true, report.To), (sighting.Id, sighting.IsDrifted, sighting.To));
        await using var scope = service.Services.CreateAsyncScope();
        var metrics = new DriftMetrics(scope.ServiceProvider.GetRequiredService<MonitorDb>());
        var now = DateTimeOffset.UtcNow;
        Assert.Equal(report.Drifted, Assert.Single(await metrics.ReadAsync(StoreId.Main, metrics.Metrics[0], now.AddHours(-1), now, CancellationToken.None)).Value);
        await (await http.GetAsync("/v1/models/m/drift/999")).ProblemAsync(HttpStatusCode.NotFound, "not-found");
        await (await http.GetAsync("/v1/models/m/drift?after=x")).ProblemAsync(HttpStatusCode.BadRequest, "cursor");
    }

    [Fact]
    public async Task TooFewDays_SayHowManyAreNeeded()
    {
        await using var service = await StartAsync(learnedUntil: Today.AddDays(-3));
        using var http = service.CreateClient();
        await service.Services.GetRequiredService<ShopEvents>().AppendAsync([.. Enumerable.Range(1, 8).SelectMany(ago => Day(ago, null))]);
        await RunAsync(service);

        var report = Assert.Single((await new MonitorClient(http).ListDriftAsync(StoreId.Main, "m")).Items);

        Assert.Equal((DriftOutcome.CannotTell, false, null), (report.Outcome, report.IsDrifted, report.Reference));
        Assert.Contains("has 5 days with shoppers before the training data's end", Assert.Single(report.Reasons), StringComparison.Ordinal);
    }

    /// <summary>Shoppers of eight categories; with <paramref name="only"/>, who all look at one product.</summary>
    private static IEnumerable<LoggedEvent> Day(int ago, string? only) => Enumerable.Range(0, Shoppers).Select(shopper => new LoggedEvent(
        StoreId.Main, $"{ago}-{shopper}", EventNames.View, $"u{shopper}", null, Today.AddDays(-ago).AddHours(8 + (shopper % 5)).AddMinutes((shopper * 7 + ago) % 60),
        [new EventItem(only ?? $"p{(shopper + (shopper % 3 == 0 ? ago : 0)) % 8}", 1, 10 + (shopper % 7))], $"t{ago}-{shopper}"));

    private async Task<Service<MonitorDb>> StartAsync(DateTimeOffset learnedUntil) => await stores.StartAsync<MonitorDb>(["monitordb", "eventsdb"], builder =>
    {
        builder.UseSetting("Drift:FewestShoppers", "20");
        builder.ConfigureTestServices(services =>
        {
            services.AddHttpClient<RegistryClient>().ConfigurePrimaryHttpMessageHandler(() => new House(learnedUntil));
            services.AddHttpClient<DataPrepClient>().ConfigurePrimaryHttpMessageHandler(() => new House(learnedUntil));
        });
    });

    private static async Task RunAsync(Service<MonitorDb> service)
    {
        await using var scope = service.Services.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<MonitorDb>();
        if (!database.Windows.Any())
        {
            database.Windows.Add(new WindowRow { Store = "main", Model = "m", Version = 1, Arm = "champion", Start = DateTimeOffset.UtcNow });
            await database.SaveChangesAsync();
        }
        await scope.ServiceProvider.GetRequiredService<DriftWatch>().RunAsync(CancellationToken.None);
    }

    /// <summary>The other services, of which version 1 learned from dataset version 1.</summary>
    private sealed class House(DateTimeOffset learnedUntil) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(request.RequestUri!.AbsolutePath switch
        {
            "/v1/models/m" => Json(new RegisteredModel("m", [Version], new Dictionary<string, int> { ["champion"] = 1 }, "", new Dictionary<string, string>())),
            "/v1/models/m/alias-history" => Json(new Page<AliasChange>([new("m", "champion", null, 1, "", "", learnedUntil)], null)),
            "/v1/models/m/versions/1/lineage" => Json(new VersionLineage("m", 1, null, new VersionOrigin(new DatasetOrigin("d", 1)), [], [], [])),
            "/v1/models/m/versions/1/files/manifest.json" => Json(new PackageManifest("m", 1, [new("items.jsonl", 1, "")])),
            "/v1/models/m/versions/1/files/items.jsonl" => new HttpResponseMessage { Content = new StringContent(string.Concat(Enumerable.Range(0, 8).Select(item => $$"""{"id":"p{{item}}","brand":"B","category":"C{{item}}|x","available":true,"popularity":1}""" + "\n"))) },
            "/v1/datasets/d/versions/1/statistics" => Json(new DatasetStatistics([new("time", "time", 1, 1, 0, null, [new(0, 0), new(1, learnedUntil.ToUnixTimeSeconds())], [], [])])),
            var path => throw new InvalidOperationException(path),
        });

        private ModelVersion Version => new("m", 1, VersionStatus.Ready, new Dictionary<string, double>(), new Dictionary<string, string>(), null, null, learnedUntil, null);

        private static HttpResponseMessage Json<T>(T value) => new() { Content = JsonContent.Create(value) };
    }
}
