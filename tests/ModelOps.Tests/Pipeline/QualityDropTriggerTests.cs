using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.WebUtilities;
using ModelOps.Contracts;
using ModelOps.Contracts.Quality;
using ModelOps.Contracts.Versions;
using ModelOps.Pipeline.Automation;
using ModelOps.Pipeline.Definitions;
using ModelOps.Pipeline.Triggers;

namespace ModelOps.Tests.Pipeline;

/// <summary>The trigger over what registry and monitor answer, in pages.</summary>
public sealed class QualityDropTriggerTests : IDisposable
{
    private static readonly DateTimeOffset Promoted = new(2026, 10, 1, 10, 0, 0, TimeSpan.Zero);
    private static readonly Target Target = new(StoreId.Main, "recommend", "shop", "recommend");
    private readonly Shop shop = new();
    private readonly HttpClient http;
    private readonly QualityDropTrigger trigger;

    public QualityDropTriggerTests()
    {
        http = new HttpClient(shop) { BaseAddress = new Uri("http://shop") };
        trigger = new QualityDropTrigger(new RegistryClient(http), new MonitorClient(http));
    }

    [Fact]
    public async Task Read_BelowItsFirstDays_Fires()
    {
        shop.Rate = (version, day) => version == 2 && day > Promoted.AddDays(14) ? .04 : .05;

        var reading = await ReadAsync(Promoted.AddDays(30));

        Assert.True(reading.Fires, reading.Saw);
        Assert.Contains("its last 7 days against its first: ctr 0.05, then 0.04, a change of -20 %", reading.Saw, StringComparison.Ordinal);
        Assert.Equal((7 * 24 * 100 * 10, .05), (reading.Numbers["impressions_before"], Math.Round(reading.Numbers["before"], 6)));
    }

    [Fact]
    public async Task Read_BelowTheVersionBefore_Fires()
    {
        shop.Rate = (version, _) => version == 1 ? .06 : .05;

        var reading = await ReadAsync(Promoted.AddDays(30));

        Assert.True(reading.Fires, reading.Saw);
        Assert.Contains("against the last of version 1 before it", reading.Saw, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_AsBefore_IsLookedAtOnceADay()
    {
        var first = await ReadAsync(Promoted.AddDays(30));
        var asked = shop.Asked;
        var again = await ReadAsync(Promoted.AddDays(30).AddHours(2), new TriggerStateRow
        {
            Store = "main",
            Pipeline = "recommend",
            Dataset = "shop",
            Model = "recommend",
            Trigger = "quality_drop",
            Key = first.Key,
            Saw = first.Saw,
        });

        Assert.Equal((false, false, first.Key, first.Saw, asked), (first.Fires, again.Fires, again.Key, again.Saw, shop.Asked));
    }

    [Fact]
    public async Task Read_YoungChampion_Waits() => Assert.Contains("after 14 whole days", (await ReadAsync(Promoted.AddDays(10))).Saw, StringComparison.Ordinal);

    [Theory]
    [InlineData("{\"id\":7,\"version\":3,\"from\":\"2026-11-01T00:00:00Z\",\"to\":\"2026-11-02T00:00:00Z\",\"isDrifted\":true,\"reasons\":[\"a\",\"b\"]}", "7")]
    [InlineData("{\"items\":[{\"id\":\"x\",\"version\":3,\"from\":\"2026-11-01T00:00:00Z\",\"to\":\"2026-11-02T00:00:00Z\",\"isDrifted\":true,\"reasons\":[\"a\",\"b\"]}],\"next\":null}", "x")]
    [InlineData("{\"items\":[],\"next\":null}", null)]
    [InlineData(null, null)]
    public async Task MonitorDriftSource_ReadsTheLatestReport(string? answer, string? id)
    {
        shop.Drift = answer;

        var report = await new MonitorDriftSource(http).FindAsync(StoreId.Main, "recommend", CancellationToken.None);

        Assert.Equal(id, report?.Id);
        if (report is not null)
            Assert.Equal((3, true, "a, b"), (report.Version, report.IsDrifted, string.Join(", ", report.Reasons)));
    }

    private async Task<TriggerReading> ReadAsync(DateTimeOffset now, TriggerStateRow? before = null) => (await trigger.ReadAsync(
        new TriggerQuestion(Target, new PipelineDefinition { Name = "recommend", Triggers = new TriggersDefinition { QualityDrop = new QualityDropTriggerDefinition() } }, null, before, now), CancellationToken.None))!;

    public void Dispose()
    {
        http.Dispose();
        shop.Dispose();
    }

    /// <summary>Version 1 until <see cref="Promoted"/>, version 2 after it; a window every six minutes, each with 100 products shown; pages of 999.</summary>
    private sealed class Shop : HttpMessageHandler
    {
        private static readonly TimeSpan Window = TimeSpan.FromMinutes(6);

        public Func<int, DateTimeOffset, double> Rate { get; set; } = (_, _) => .05;

        public string? Drift { get; set; }

        public int Asked { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var path = request.RequestUri!.AbsolutePath;
            if (path.EndsWith("/drift", StringComparison.Ordinal))
                return Task.FromResult(Drift is null ? new HttpResponseMessage(HttpStatusCode.NotFound) : new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(Drift) });
            object answer = path.EndsWith("/alias-history", StringComparison.Ordinal)
                ? new Page<AliasChange>([new("recommend", "champion", 1, 2, "automation", "", Promoted), new("recommend", "champion", null, 1, "api", "", Promoted.AddDays(-60))], null)
                : Quality(DateTimeOffset.Parse(QueryHelpers.ParseQuery(request.RequestUri.Query)["from"]!, CultureInfo.InvariantCulture));
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = JsonContent.Create(answer, answer.GetType()) });
        }

        private Page<QualityWindow> Quality(DateTimeOffset from)
        {
            Asked++;
            var start = new DateTimeOffset((from.UtcTicks + Window.Ticks - 1) / Window.Ticks * Window.Ticks, TimeSpan.Zero);
            return new Page<QualityWindow>([.. Enumerable.Range(0, 999).Select(index => At(start + index * Window))], "more");
        }

        private QualityWindow At(DateTimeOffset time)
        {
            var version = time < Promoted ? 1 : 2;
            return new QualityWindow(time, "recommend", version, 10, 100, (long)(100 * Rate(version, time)), 0, 0, 0, 0, 0, 0, "champion", 0, null);
        }
    }
}
