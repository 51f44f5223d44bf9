using ModelOps.Pipeline.Definitions;
using ModelOps.Pipeline.Triggers;

namespace ModelOps.Tests.Pipeline;

public sealed class ScheduleTests
{
    private static readonly ScheduleDefinition Nightly = new() { Cron = "30 2 * * *", TimeZone = "Europe/Berlin" };

    [Fact]
    public void Read_FirstSeen_IsNotDue_AndNamesTheNextTick()
    {
        var reading = ScheduleTrigger.Read(Nightly, null, Utc(11, 1, 12));

        Assert.False(reading.Fires);
        Assert.Equal("The next tick is at 2026-11-02 01:30 UTC.", reading.Saw);
    }

    [Fact]
    public void Read_MissedTicks_RunOnce()
    {
        var seen = ScheduleTrigger.Read(Nightly, null, Utc(11, 1, 12)).Key;

        var late = ScheduleTrigger.Read(Nightly, seen, Utc(11, 5, 12));
        var after = ScheduleTrigger.Read(Nightly, late.Key, Utc(11, 5, 13));

        Assert.Equal((true, 4, false), (late.Fires, late.Numbers["ticks"], after.Fires));
        Assert.Contains("2026-11-05 01:30 UTC", late.Saw, StringComparison.Ordinal);
        Assert.Contains("3 before it passed unseen", late.Saw, StringComparison.Ordinal);
    }

    /// <summary>On 29 March 2026 Berlin's clocks go from 2:00 to 3:00; on 25 October the hour from 2:00 to 3:00 comes twice.</summary>
    [Theory]
    [InlineData(3, 28, "2026-03-28 01:30", "2026-03-29 01:00", "2026-03-30 00:30")]
    [InlineData(10, 24, "2026-10-24 00:30", "2026-10-25 00:30", "2026-10-26 01:30")]
    public void Ticks_OverAChangeOfTheClocks_AreOneADay(int month, int day, params string[] ticks) =>
        Assert.Equal(ticks, Nightly.Ticks(Utc(month, day, 0), Utc(month, day, 0).AddDays(3)).Select(tick => tick.UtcDateTime.ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture)));

    [Fact]
    public void Read_TwoReplicas_NameTheSameTickAlike() =>
        Assert.Equal(ScheduleTrigger.Read(Nightly, "2026-11-01T12:00:00.0000000+00:00", Utc(11, 2, 3)).Key, ScheduleTrigger.Read(Nightly, "2026-11-01T18:00:00.0000000+00:00", Utc(11, 2, 9)).Key);

    private static DateTimeOffset Utc(int month, int day, int hour) => new(2026, month, day, hour, 0, 0, TimeSpan.Zero);
}
