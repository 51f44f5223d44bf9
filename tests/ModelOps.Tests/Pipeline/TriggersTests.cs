using ModelOps.Pipeline.Definitions;
using ModelOps.Pipeline.Triggers;

namespace ModelOps.Tests.Pipeline;

public sealed class TriggersTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(199, .2, null, false)]
    [InlineData(200, .2, null, true)]
    [InlineData(200, null, 201L, false)]
    [InlineData(201, null, 201L, true)]
    [InlineData(201, .5, 201L, true)]
    public void NewRows_EitherIsEnough(long fresh, double? share, long? count, bool fires)
    {
        var reading = NewRowsTrigger.Read(new NewRowsTriggerDefinition { Share = share, Count = count }, 3, 1000, fresh);

        Assert.Equal((fires, "v3", fresh), (reading.Fires, reading.Key, reading.Numbers["new_events"]));
    }

    [Fact]
    public void Drift_FiresUntilARunAfterItsWindowHasSucceeded()
    {
        var report = new DriftSighting("r1", 4, Noon.AddDays(-1), Noon, true, ["category moved", "price moved", "hour moved", "more"]);

        Assert.True(DriftTrigger.Read(report, null).Fires);
        Assert.True(DriftTrigger.Read(report, Noon.AddHours(-1)).Fires);
        Assert.False(DriftTrigger.Read(report, Noon.AddHours(1)).Fires);
        Assert.False(DriftTrigger.Read(report with { IsDrifted = false }, null).Fires);
        Assert.Contains("category moved; price moved; hour moved; and 1 more", DriftTrigger.Read(report, null).Saw, StringComparison.Ordinal);
    }

    [Fact]
    public void RateDrop_ClearLoss_IsCertain()
    {
        var drop = RateDrop.Compare(Days(7, .05, 1), Days(7, .04, 2), new QualityDropTriggerDefinition());

        Assert.True(drop.IsCertain);
        Assert.InRange(drop.High, -.2, -.1);
    }

    /// <summary>Days of the same shop whose rate itself wanders by a tenth from day to day, as weekends and campaigns have it.</summary>
    [Fact]
    public void RateDrop_DaysThatWander_RarelyAlarm()
    {
        var wanted = new QualityDropTriggerDefinition();

        var alarms = Enumerable.Range(0, 2000).Count(seed => RateDrop.Compare(Days(7, .05, 2 * seed, .1), Days(7, .05, 2 * seed + 1, .1), wanted).IsCertain);

        Assert.InRange(alarms, 0, 10); // at most one in two hundred days, though nothing but the margin of 5 % stands between
    }

    [Fact]
    public void RateDrop_TooLittle_SaysSo()
    {
        var wanted = new QualityDropTriggerDefinition();
        var drop = RateDrop.Compare(Days(7, .05, 1), [new DayRate(900, 0)], wanted);

        Assert.False(drop.IsCertain);
        Assert.Contains("too little to compare", drop.Text(wanted), StringComparison.Ordinal);
    }

    private static List<DayRate> Days(int count, double rate, int seed, double wandering = .02)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => new DayRate(20_000, (long)Math.Round(20_000 * rate * (1 + wandering * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 2))))];
    }
}
