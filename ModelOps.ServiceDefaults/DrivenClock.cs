using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace ModelOps.ServiceDefaults;

/// <summary>
/// A clock that somebody drives, for all services of a stack in Development: the real one and an offset in seconds, which stands in a
/// file. Weeks pass in minutes so; timers go on in real time, and what has its time from PostgreSQL (leases of jobs) does too.
/// </summary>
internal sealed class DrivenClock(string path) : TimeProvider
{
    public const string Setting = "Clock:OffsetFile";

    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(200);

    private readonly Lock reading = new();
    private long readAt;
    private TimeSpan offset;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Offset();

    /// <summary>The clock that the configuration asks for; the real one unless it names a file.</summary>
    /// <exception cref="InvalidOperationException">It does outside Development.</exception>
    public static TimeProvider Of(IConfiguration configuration, IHostEnvironment environment) =>
        configuration[Setting] is not { Length: > 0 } path ? System
        : environment.IsDevelopment() ? new DrivenClock(path)
        : throw new InvalidOperationException($"{Setting} is set in {environment.EnvironmentName}. A driven clock is for Development only; take the setting away.");

    private TimeSpan Offset()
    {
        lock (reading)
        {
            if (readAt != 0 && GetElapsedTime(readAt) < Fresh)
                return offset;
            // While it is being replaced the last one counts.
            if (File.Exists(path) && double.TryParse(File.ReadAllText(path), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds))
                offset = TimeSpan.FromSeconds(seconds);
            readAt = GetTimestamp();
            return offset;
        }
    }
}
