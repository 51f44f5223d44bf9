using System.ComponentModel;
using System.Text.Json.Serialization;
using Cronos;
using YamlDotNet.Serialization;

namespace ModelOps.Pipeline.Definitions;

/// <summary>When the pipeline runs by the clock.</summary>
internal sealed record ScheduleDefinition
{
    /// <summary>Minute, hour, day of month, month, day of week.</summary>
    [Description("Minute, hour, day of month, month, day of week, as in '30 3 * * MON'.")]
    public string Cron { get; init; } = "";

    /// <summary>Whose clock, as in <c>Europe/Berlin</c>.</summary>
    [Description("Whose clock: an IANA name such as Europe/Berlin.")]
    public string TimeZone { get; init; } = "UTC";

    [YamlIgnore, JsonIgnore]
    public TimeZoneInfo Zone => TimeZoneInfo.FindSystemTimeZoneById(TimeZone);

    /// <summary>The ticks after <paramref name="since"/> up to <paramref name="until"/>. One that falls into the hour that spring leaves out comes at its end; in autumn's double hour a tick comes once.</summary>
    public IEnumerable<DateTimeOffset> Ticks(DateTimeOffset since, DateTimeOffset until) =>
        since >= until ? [] : CronExpression.Parse(Cron).GetOccurrences(since, until, Zone, fromInclusive: false, toInclusive: true);

    /// <summary>The first tick after <paramref name="now"/>; null when there is none any more.</summary>
    public DateTimeOffset? Next(DateTimeOffset now) => CronExpression.Parse(Cron).GetNextOccurrence(now, Zone);

    public IEnumerable<DefinitionFault> Validate(string path)
    {
        if (CronFault() is { } fault)
            yield return new($"{path}.cron", $"schedule.cron is '{Cron}': {fault} It is minute, hour, day of month, month, day of week, as in '30 3 * * MON'.");
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out _))
            yield return new($"{path}.time_zone", $"schedule.time_zone is '{TimeZone}', which this machine does not know; give an IANA name such as Europe/Berlin, and install tzdata where none is known.");
    }

    private string? CronFault()
    {
        try
        {
            CronExpression.Parse(Cron);
            return null;
        }
        catch (CronFormatException exception)
        {
            return exception.Message;
        }
    }
}
