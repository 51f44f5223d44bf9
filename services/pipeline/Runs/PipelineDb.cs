using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ModelOps.Pipeline.Automation;
using ModelOps.Pipeline.Definitions;
using ModelOps.Pipeline.Exports;
using ModelOps.Pipeline.Triggers;

namespace ModelOps.Pipeline.Runs;

/// <summary><c>pipelinedb</c>: runs and their steps, what automation saw and decided, exports, and edited pipelines.</summary>
internal sealed class PipelineDb(DbContextOptions<PipelineDb> options) : DbContext(options)
{
    public DbSet<RunRow> Runs => Set<RunRow>();

    public DbSet<DecisionRow> Decisions => Set<DecisionRow>();

    public DbSet<TriggerStateRow> TriggerStates => Set<TriggerStateRow>();

    public DbSet<SwitchRow> Switches => Set<SwitchRow>();

    public DbSet<ExportRow> Exports => Set<ExportRow>();

    public DbSet<ExportPartRow> ExportParts => Set<ExportPartRow>();

    public DbSet<EditRow> PipelineEdits => Set<EditRow>();

    /// <summary>Does <paramref name="work"/> in one transaction; again from its beginning where the connection breaks.</summary>
    public Task<T> InTransactionAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        Database.CreateExecutionStrategy().ExecuteAsync(async token =>
        {
            ChangeTracker.Clear();
            await using var transaction = await Database.BeginTransactionAsync(token);
            var result = await work(token);
            await transaction.CommitAsync(token);
            return result;
        }, cancellationToken);

    /// <summary>Waits for its turn, which ends with the transaction.</summary>
    public Task TakeTurnAsync(string what, CancellationToken cancellationToken) =>
        Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({what}, 0))", cancellationToken);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<RunRow>(run =>
        {
            run.ToTable("runs").HasKey(row => row.Id);
            run.HasIndex(row => new { row.Store, row.CreatedAt });
            run.HasIndex(row => new { row.Store, row.Pipeline, row.TriggerKey }).IsUnique();
            run.Property(row => row.State).HasConversion<string>();
            AsJson(run.Property(row => row.Parameters));
            AsJson(run.Property(row => row.Approval!));
            run.HasMany(row => row.Steps).WithOne().HasForeignKey(step => step.RunId);
        });
        modelBuilder.Entity<StepRow>(step =>
        {
            step.ToTable("steps").HasKey(row => new { row.RunId, row.Ordinal });
            step.Property(row => row.State).HasConversion<string>();
            AsJson(step.Property(row => row.Metrics));
            AsJson(step.Property(row => row.Outputs));
            AsJson(step.Property(row => row.Gates));
        });
        modelBuilder.Entity<DecisionRow>(decision =>
        {
            decision.ToTable("decisions").HasKey(row => row.Id);
            decision.HasIndex(row => new { row.Store, row.Key }).IsUnique();
            AsJson(decision.Property(row => row.Numbers));
        });
        modelBuilder.Entity<TriggerStateRow>().ToTable("trigger_states").HasKey(row => new { row.Store, row.Pipeline, row.Dataset, row.Model, row.Trigger });
        modelBuilder.Entity<SwitchRow>().ToTable("switches").HasKey(row => row.Store);
        modelBuilder.Entity<ExportRow>(export =>
        {
            export.ToTable("exports").HasKey(row => row.Id);
            export.HasIndex(row => new { row.Store, row.CreatedAt });
            export.Property(row => row.State).HasConversion<string>();
            AsJson(export.Property(row => row.Request));
        });
        modelBuilder.Entity<EditRow>().ToTable("pipeline_edits").HasKey(row => new { row.Store, row.Pipeline, row.Version });
        modelBuilder.Entity<ExportPartRow>().ToTable("export_parts").HasKey(row => new { row.ExportId, row.Number });
    }

    /// <summary>For values that are replaced as a whole, never changed in place.</summary>
    private static void AsJson<T>(PropertyBuilder<T> property) where T : class => property.HasColumnType("jsonb").HasConversion(
        value => JsonSerializer.Serialize(value, JsonSerializerOptions.Web),
        json => JsonSerializer.Deserialize<T>(json, JsonSerializerOptions.Web)!,
        new ValueComparer<T>((a, b) => ReferenceEquals(a, b), value => value.GetHashCode(), value => value));
}

/// <summary>Lets <c>dotnet ef migrations add</c> work without a database.</summary>
internal sealed class DesignTimeFactory : IDesignTimeDbContextFactory<PipelineDb>
{
    public PipelineDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<PipelineDb>().UseNpgsql().UseSnakeCaseNamingConvention().Options);
}
