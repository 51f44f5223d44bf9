using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ModelOps.Pipeline.Runs;

/// <summary><c>pipelinedb</c>: runs and their steps.</summary>
internal sealed class PipelineDb(DbContextOptions<PipelineDb> options) : DbContext(options)
{
    public DbSet<RunRow> Runs => Set<RunRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<RunRow>(run =>
        {
            run.ToTable("runs").HasKey(row => row.Id);
            run.HasIndex(row => new { row.Store, row.CreatedAt });
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
