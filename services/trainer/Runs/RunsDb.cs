using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts.Runs;
using ModelOps.Trainer.Search;

namespace ModelOps.Trainer.Runs;

/// <summary>The database <c>runsdb</c>. The job queue keeps its table beside these.</summary>
public sealed class RunsDb(DbContextOptions<RunsDb> options) : DbContext(options)
{
    public DbSet<Run> Runs => Set<Run>();

    public DbSet<Trial> Trials => Set<Trial>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        modelBuilder.Entity<Run>(run =>
        {
            run.Property(row => row.Number).UseIdentityAlwaysColumn();
            run.Property(row => row.State).HasConversion<string>();
            run.Property(row => row.Application).HasDefaultValue(ApplicationName.Recommend);
            run.HasIndex(row => new { row.Store, row.Number });
            run.HasIndex(row => new { row.Store, row.IdempotencyKey }).IsUnique();
            run.HasIndex(row => new { row.Machine, row.Number });
            foreach (var json in new[] { nameof(Run.Parameters), nameof(Run.Epochs), nameof(Run.Metrics), nameof(Run.Comparison), nameof(Run.Size), nameof(Run.Estimate), nameof(Run.Reproduces), nameof(Run.Reproduction) })
                run.Property(json).HasColumnType("jsonb");
        });
        modelBuilder.Entity<Trial>(trial =>
        {
            trial.Property(row => row.State).HasConversion<string>();
            trial.Property(row => row.Parameters).HasColumnType("jsonb");
            trial.HasIndex(row => new { row.RunId, row.Number }).IsUnique();
            trial.HasIndex(row => row.JobId).IsUnique();
        });
    }
}
