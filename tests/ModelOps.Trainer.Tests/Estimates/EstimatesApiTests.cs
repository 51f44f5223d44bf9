using System.Net;
using System.Net.Http.Json;
using ModelOps.Contracts;
using ModelOps.Contracts.Runs;
using ModelOps.Tests;
using ModelOps.Trainer.Tests.Runs;

namespace ModelOps.Trainer.Tests.Estimates;

public class EstimatesApiTests(Stores stores)
{
    private const string Quick = """{"epochs":2,"dimensions":8,"length":6}""";

    [Fact]
    public async Task Estimate_LearnsFromWhatFinished_AndIsShownBesideWhatItTook()
    {
        using var dataPrep = TrainerService.NewDataPrep();
        await using var trainer = await TrainerService.StartAsync(stores, dataPrep, new Dictionary<string, string> { ["Trainer:PricePerHour"] = "3600", ["Trainer:Currency"] = "EUR" });
        var unknown = await trainer.Client.EstimateAsync(StoreId.Main, TrainerService.Request(Quick));
        Assert.Equal((0, null, null, null), (unknown.PastRuns, unknown.Seconds, unknown.Megabytes, unknown.Cost));
        Assert.StartsWith("Unknown", unknown.Basis, StringComparison.Ordinal);

        var first = await trainer.TrainAsync(Quick);
        var twice = await trainer.Client.EstimateAsync(StoreId.Main, TrainerService.Request("""{"epochs":4,"dimensions":8,"length":6}"""));
        var other = await trainer.Client.EstimateAsync(StoreId.Main, TrainerService.Request("""{"architecture":"hstu"}"""));
        var second = await trainer.TrainAsync(Quick);

        var (seconds, megabytes) = (first.Metrics[MetricName.Seconds], first.Metrics[MetricName.PeakMegabytes]);
        Assert.InRange(megabytes, 50, 20_000);
        Assert.Equal(seconds, first.Metrics[MetricName.Cost], 1e-3); // a unit of money a second
        Assert.Equal((1, "EUR"), (twice.PastRuns, twice.Currency));
        Assert.Equal(2 * seconds, twice.Seconds!.Value, 0.1);
        Assert.Equal(2 * seconds, twice.Cost!.Value, 0.1);
        Assert.Null(twice.Seconds.Low); // one training says nothing of how they vary
        Assert.Equal(0, other.PastRuns);
        Assert.Equal(0, first.Estimate!.PastRuns);
        Assert.Equal((1, seconds, megabytes), (second.Estimate!.PastRuns, second.Estimate.Seconds!.Value, second.Estimate.Megabytes!.Value));
    }

    [Fact]
    public async Task Estimate_OfWhatCannotBeTrained_IsRefused()
    {
        using var dataPrep = TrainerService.NewDataPrep();
        await using var trainer = await TrainerService.StartAsync(stores, dataPrep);
        using var missing = await trainer.Http.PostAsJsonAsync("/v1/runs/estimate", TrainerService.Request("{}", version: 7));
        await missing.ProblemAsync(HttpStatusCode.NotFound, "not-found");
        using var wrong = await trainer.Http.PostAsJsonAsync("/v1/runs/estimate", TrainerService.Request("""{"epochs":0}"""));
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
    }
}
