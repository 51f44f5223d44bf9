using System.Linq.Expressions;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts.Drift;
using ModelOps.Monitor.Drift.Profiles;

namespace ModelOps.Monitor.Drift;

/// <summary>What the drift reports keep in <c>monitordb</c>.</summary>
internal static class DriftTables
{
    public static void AddDriftTables(this ModelBuilder model)
    {
        model.Entity<DriftDayRow>(day =>
        {
            day.ToTable("drift_days").HasKey(row => new { row.Store, row.Model, row.Version, row.Day });
            day.Property(row => row.Counts).HasColumnType("jsonb");
        });
        model.Entity<DriftReportRow>(report =>
        {
            report.ToTable("drift_reports").HasIndex(row => new { row.Store, row.Model, row.Version, row.To }).IsUnique();
            report.HasIndex(row => new { row.Store, row.Model, row.To, row.Id });
            report.Property(row => row.Outcome).HasConversion<string>();
            report.Property(row => row.Reference).HasColumnType("jsonb");
            report.Property(row => row.Findings).HasColumnType("jsonb");
        });
    }
}

/// <summary>A day of a store as a version's catalogue describes it. Counted again from the event log when it is missing.</summary>
internal sealed class DriftDayRow
{
    public required string Store { get; init; }
    public required string Model { get; init; }
    public required int Version { get; init; }
    public required DateOnly Day { get; init; }
    public required long Shoppers { get; init; }

    /// <summary>JSON of the profile's counts.</summary>
    public required string Counts { get; init; }

    public DayProfile ToProfile() => new(Day, Shoppers, JsonSerializer.Deserialize<List<SeriesCounts>>(Counts, JsonSerializerOptions.Web) ?? []);
}

/// <summary>A report, one for each day of a version. Append-only.</summary>
internal sealed class DriftReportRow
{
    public long Id { get; init; }
    public required string Store { get; init; }
    public required string Model { get; init; }
    public required int Version { get; init; }
    public required DateTimeOffset From { get; init; }
    public required DateTimeOffset To { get; init; }
    public required DateTimeOffset At { get; init; }
    public required DriftOutcome Outcome { get; init; }
    public required string[] Reasons { get; init; }

    /// <summary>JSON, as the API gives it.</summary>
    public string? Reference { get; init; }
    public required int Compared { get; init; }
    public required int Drifted { get; init; }

    /// <summary>JSON, as the API gives it.</summary>
    public required string Findings { get; init; }

    /// <summary>For lists: the findings are large.</summary>
    public static readonly Expression<Func<DriftReportRow, DriftReportRow>> WithoutFindings = row => new DriftReportRow
    {
        Id = row.Id,
        Store = row.Store,
        Model = row.Model,
        Version = row.Version,
        From = row.From,
        To = row.To,
        At = row.At,
        Outcome = row.Outcome,
        Reasons = row.Reasons,
        Reference = row.Reference,
        Compared = row.Compared,
        Drifted = row.Drifted,
        Findings = "[]",
    };

    public DriftEvidence ToEvidence() => new(
        new DriftReport(Id, Model, Version, From, To, At, Outcome, Outcome == DriftOutcome.Drifted, Reasons,
            Reference is null ? null : JsonSerializer.Deserialize<DriftReference>(Reference, JsonSerializerOptions.Web), Compared, Drifted),
        JsonSerializer.Deserialize<List<DriftFinding>>(Findings, JsonSerializerOptions.Web) ?? []);
}
