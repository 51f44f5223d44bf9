using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using ModelOps.Contracts.Quality;
using ModelOps.Monitor.Alerts;
using ModelOps.Monitor.Drift;
using ModelOps.Monitor.Outcomes;
using ModelOps.Monitor.Privacy;
using ModelOps.Monitor.Verdicts;

namespace ModelOps.Monitor.Quality;

/// <summary><c>monitordb</c>: what was counted, how far the event log has been read, the verdicts on rollouts, alerts and drift reports.</summary>
internal sealed class MonitorDb(DbContextOptions<MonitorDb> options) : DbContext(options)
{
    public DbSet<WindowRow> Windows => Set<WindowRow>();

    public DbSet<ShopperMinuteRow> ShopperMinutes => Set<ShopperMinuteRow>();

    public DbSet<AttributionRow> Attributions => Set<AttributionRow>();

    public DbSet<ShownProductRow> ShownProducts => Set<ShownProductRow>();

    public DbSet<SearchRow> Searches => Set<SearchRow>();

    public DbSet<AssistAnswerRow> AssistAnswers => Set<AssistAnswerRow>();

    public DbSet<VerdictRow> Verdicts => Set<VerdictRow>();

    public DbSet<CursorRow> Cursors => Set<CursorRow>();

    public DbSet<StoreKeyRow> StoreKeys => Set<StoreKeyRow>();

    public DbSet<AlertRow> Alerts => Set<AlertRow>();

    public DbSet<SilenceRow> AlertSilences => Set<SilenceRow>();

    public DbSet<RuleSetRow> AlertRuleSets => Set<RuleSetRow>();

    public DbSet<DeliveryRow> AlertDeliveries => Set<DeliveryRow>();

    public DbSet<DriftDayRow> DriftDays => Set<DriftDayRow>();

    public DbSet<DriftReportRow> DriftReports => Set<DriftReportRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<WindowRow>(window =>
        {
            window.ToTable("quality_windows").HasKey(row => new { row.Store, row.Model, row.Version, row.Arm, row.Placement, row.Start });
            window.Property(row => row.Placement).HasDefaultValue("");
        });
        modelBuilder.Entity<ShopperMinuteRow>(minute =>
        {
            minute.ToTable("shopper_minutes").HasKey(row => new { row.Store, row.Model, row.Start, row.Version, row.Arm, row.Placement, row.Shopper });
            minute.HasIndex(row => new { row.Store, row.Shopper });
            minute.HasIndex(row => new { row.Store, row.Model, row.Revision });
        });
        modelBuilder.Entity<AttributionRow>(attribution =>
        {
            attribution.ToTable("attributions").HasKey(row => new { row.Store, row.Token, row.Product, row.Name, row.Event });
            attribution.HasIndex(row => row.Start);
        });
        modelBuilder.Entity<ShownProductRow>().ToTable("shown_products").HasKey(row => new { row.Store, row.Model, row.Hour, row.Version, row.Arm, row.Placement, row.Product });
        modelBuilder.Entity<VerdictRow>(verdict =>
        {
            verdict.ToTable("verdicts").HasIndex(row => new { row.Store, row.Model, row.Rollout, row.Id });
            verdict.Property(row => row.Kind).HasConversion<string>();
            verdict.Property(row => row.Evidence).HasColumnType("jsonb");
        });
        modelBuilder.Entity<CursorRow>(cursor =>
        {
            cursor.ToTable("cursors").HasKey(row => row.Name);
            cursor.Property(row => row.Position).IsConcurrencyToken();
        });
        modelBuilder.Entity<StoreKeyRow>().ToTable("store_keys").HasKey(row => row.Store);
        modelBuilder.AddOutcomeTables();
        modelBuilder.AddAlertTables();
        modelBuilder.AddDriftTables();
    }
}

/// <summary>One minute of one version, as one arm, at one placement, in one store.</summary>
internal sealed class WindowRow
{
    public required string Store { get; init; }
    public required string Model { get; init; }
    public required int Version { get; init; }
    public required string Arm { get; init; }
    public string Placement { get; init; } = "";
    public required DateTimeOffset Start { get; init; }
    public long Requests { get; set; }

    /// <summary>Of the requests, those that the version could not answer.</summary>
    public long Failures { get; set; }

    /// <summary>Answers that were compared with the one shown.</summary>
    public long Compared { get; set; }

    /// <summary>Sum of their shares of products in common.</summary>
    public double Overlap { get; set; }
    public long Impressions { get; set; }
    public long Clicks { get; set; }
    public long AddToCarts { get; set; }
    public long Purchases { get; set; }

    /// <summary>Price times quantity of the purchases, in the shop's currency.</summary>
    public double Revenue { get; set; }
    public long CacheHits { get; set; }

    /// <summary>Answers for which something was computed.</summary>
    public long Computed { get; set; }

    /// <summary>Seconds that they waited for their batches, together.</summary>
    public double QueueSeconds { get; set; }

    /// <summary>Seconds that their batches took, together.</summary>
    public double ComputeSeconds { get; set; }

    /// <summary>Answers by latency: the buckets of <see cref="LatencyHistogram"/>.</summary>
    public long[] LatencyCounts { get; set; } = LatencyHistogram.Empty();

    public QualityWindow ToContract() => new(
        Start, Model, Version, Requests, Impressions, Clicks, AddToCarts, Purchases, CacheHits,
        LatencyHistogram.Quantile(LatencyCounts, .5), LatencyHistogram.Quantile(LatencyCounts, .95), LatencyHistogram.Quantile(LatencyCounts, .99),
        Arm, Failures, Compared == 0 ? null : Overlap / Compared, Placement, Revenue,
        Computed == 0 ? null : QueueSeconds / Computed, Computed == 0 ? null : ComputeSeconds / Computed);
}

/// <summary>What one shopper was shown within a minute, and did with it then or later.</summary>
internal sealed class ShopperMinuteRow
{
    public required string Store { get; init; }
    public required string Model { get; init; }
    public required int Version { get; init; }
    public required string Arm { get; init; }
    public required string Placement { get; init; }
    public required DateTimeOffset Start { get; init; }

    /// <summary>A <see cref="ShopperKey"/>'s hash of the shop's id of the shopper or of the visit; of the answer where it was for nobody in particular.</summary>
    public required long Shopper { get; init; }

    /// <summary>The answer was for somebody, whom a rollout assigns to an arm.</summary>
    public bool IsAssigned { get; init; }
    public long Answers { get; init; }
    public long Impressions { get; init; }
    public long Clicks { get; init; }
    public long AddToCarts { get; init; }
    public long Purchases { get; init; }
    public double Revenue { get; init; }

    /// <summary>Of the row's last change: <see cref="CursorRow.Changes"/> after it.</summary>
    public long Revision { get; init; }
}

/// <summary>A reaction that was counted, so that it is counted once.</summary>
internal sealed class AttributionRow
{
    public required string Store { get; init; }
    public required string Token { get; init; }
    public required string Product { get; init; }

    /// <summary>Of the event.</summary>
    public required string Name { get; init; }

    /// <summary>The event's id; empty for clicks, of which an answer has one for a product.</summary>
    public required string Event { get; init; }

    /// <summary>The minute of the answer.</summary>
    public required DateTimeOffset Start { get; init; }
}

/// <summary>How often a product was shown within an hour.</summary>
internal sealed class ShownProductRow
{
    public required string Store { get; init; }
    public required string Model { get; init; }
    public required int Version { get; init; }
    public required string Arm { get; init; }
    public required string Placement { get; init; }
    public required DateTimeOffset Hour { get; init; }
    public required string Product { get; init; }
    public long Times { get; init; }
}

/// <summary>How far a reader has come. Moves in the same transaction as what it counted, so nothing counts twice.</summary>
internal sealed class CursorRow
{
    public const string Impressions = "impressions";
    public const string Events = "events";

    /// <summary>Rises with each writing of shoppers' sums. Whoever writes them holds it until the end, so changes are there in its order.</summary>
    public const string Changes = "changes of shoppers' sums";

    /// <summary>Rises whenever some of them were removed.</summary>
    public const string Removals = "removals of shoppers' sums";

    public required string Name { get; init; }
    public long Position { get; set; }
}

/// <summary>Lets <c>dotnet ef migrations add</c> work without a database.</summary>
internal sealed class DesignTimeFactory : IDesignTimeDbContextFactory<MonitorDb>
{
    public MonitorDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<MonitorDb>().UseNpgsql().UseSnakeCaseNamingConvention().Options);
}
