using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using ModelOps.Contracts.Quality;
using ModelOps.Monitor.Alerts;

namespace ModelOps.Monitor.Quality;

/// <summary><c>monitordb</c>: what was counted, and how far the event log has been read.</summary>
internal sealed class MonitorDb(DbContextOptions<MonitorDb> options) : DbContext(options)
{
    public DbSet<WindowRow> Windows => Set<WindowRow>();

    public DbSet<CursorRow> Cursors => Set<CursorRow>();

    public DbSet<AlertRow> Alerts => Set<AlertRow>();

    public DbSet<SilenceRow> AlertSilences => Set<SilenceRow>();

    public DbSet<RuleSetRow> AlertRuleSets => Set<RuleSetRow>();

    public DbSet<DeliveryRow> AlertDeliveries => Set<DeliveryRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<WindowRow>().ToTable("quality_windows").HasKey(row => new { row.Store, row.Model, row.Version, row.Arm, row.Start });
        modelBuilder.Entity<CursorRow>(cursor =>
        {
            cursor.ToTable("cursors").HasKey(row => row.Name);
            cursor.Property(row => row.Position).IsConcurrencyToken();
        });
        modelBuilder.AddAlertTables();
    }
}

/// <summary>One minute of one version, as one arm, in one store.</summary>
internal sealed class WindowRow
{
    public required string Store { get; init; }
    public required string Model { get; init; }
    public required int Version { get; init; }
    public required string Arm { get; init; }
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
    public long CacheHits { get; set; }

    /// <summary>Answers by latency: the buckets of <see cref="LatencyHistogram"/>.</summary>
    public long[] LatencyCounts { get; set; } = LatencyHistogram.Empty();

    public QualityWindow ToContract() => new(
        Start, Model, Version, Requests, Impressions, Clicks, AddToCarts, Purchases, CacheHits,
        LatencyHistogram.Quantile(LatencyCounts, .5), LatencyHistogram.Quantile(LatencyCounts, .95), LatencyHistogram.Quantile(LatencyCounts, .99),
        Arm, Failures, Compared == 0 ? null : Overlap / Compared);
}

/// <summary>How far a reader has come. Moves in the same transaction as what it counted, so nothing counts twice.</summary>
internal sealed class CursorRow
{
    public required string Name { get; init; }
    public long Position { get; set; }
}

/// <summary>Lets <c>dotnet ef migrations add</c> work without a database.</summary>
internal sealed class DesignTimeFactory : IDesignTimeDbContextFactory<MonitorDb>
{
    public MonitorDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<MonitorDb>().UseNpgsql().UseSnakeCaseNamingConvention().Options);
}
