namespace ModelOps.Dashboard.Pages.Monitoring;

/// <summary>How far back the charts go, and how many minutes one point stands for.</summary>
public sealed record TimeRange(string Key, string Name, TimeSpan Length, TimeSpan Step)
{
    public static IReadOnlyList<TimeRange> All { get; } =
    [
        new("15m", "15 min", TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(1)),
        new("1h", "1 h", TimeSpan.FromHours(1), TimeSpan.FromMinutes(1)),
        new("24h", "24 h", TimeSpan.FromHours(24), TimeSpan.FromMinutes(15)),
        new("7d", "7 d", TimeSpan.FromDays(7), TimeSpan.FromHours(2)),
    ];
}
