using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using ModelOps.ServiceDefaults.Telemetry;
using OpenTelemetry.Trace;

namespace ModelOps.Tests.ServiceDefaults;

public sealed class RateLimitedSamplerTests
{
    private readonly FakeTimeProvider time = new();

    [Theory]
    [InlineData(50, 50)]
    [InlineData(2, 2)]
    [InlineData(0.5, 1)]
    [InlineData(0, 0)]
    public void AtOnce_AsManyAsASecondAllows(double perSecond, int kept) => Assert.Equal(kept, Kept(new RateLimitedSampler(perSecond, time), 1000));

    [Theory]
    [InlineData(50, 500)]
    [InlineData(2, 20)]
    [InlineData(0.5, 5)]
    [InlineData(0, 0)]
    public void InTenSeconds_TenTimesAsMany(double perSecond, int kept)
    {
        var sampler = new RateLimitedSampler(perSecond, time);
        Kept(sampler, 1000); // what a quiet second has left
        var sum = 0;
        for (var tick = 0; tick < 1000; tick++)
        {
            time.Advance(TimeSpan.FromMilliseconds(10));
            sum += Kept(sampler, 10);
        }
        Assert.InRange(sum, kept - 1, kept + 1);
    }

    private static int Kept(RateLimitedSampler sampler, int asked) => Enumerable.Range(0, asked).Count(_ =>
        sampler.ShouldSample(new SamplingParameters(default, ActivityTraceId.CreateRandom(), "request", ActivityKind.Server)).Decision == SamplingDecision.RecordAndSample);
}
