using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ModelOps.Contracts.Versions;
using ModelOps.Registry.Access;
using ModelOps.Registry.Artifacts;
using ModelOps.Registry.Deployments;
using ModelOps.Registry.Deployments.Rollouts;
using ModelOps.Registry.Signing;
using ModelOps.Registry.Versions;

namespace ModelOps.Registry;

/// <summary><c>registrydb</c>: versions, the files they are made of, aliases and rollouts, who moved them, the keys that callers have, and those that sign.</summary>
internal sealed class RegistryDb(DbContextOptions<RegistryDb> options) : DbContext(options)
{
    public DbSet<ModelRow> Models => Set<ModelRow>();

    public DbSet<VersionRow> Versions => Set<VersionRow>();

    public DbSet<FileRow> Files => Set<FileRow>();

    public DbSet<PartialFileRow> PartialFiles => Set<PartialFileRow>();

    public DbSet<AliasRow> Aliases => Set<AliasRow>();

    public DbSet<AliasChangeRow> AliasChanges => Set<AliasChangeRow>();

    public DbSet<RolloutRow> Rollouts => Set<RolloutRow>();

    public DbSet<RolloutChangeRow> RolloutChanges => Set<RolloutChangeRow>();

    public DbSet<ApiKeyRow> ApiKeys => Set<ApiKeyRow>();

    public DbSet<SigningKeyRow> SigningKeys => Set<SigningKeyRow>();
    public DbSet<KeyUsageRow> KeyUsage => Set<KeyUsageRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<VersionRow>(version =>
        {
            version.ToTable("versions").HasKey(row => new { row.Store, row.Model, row.Version });
            version.HasIndex(row => new { row.Store, row.Model, row.IdempotencyKey }).IsUnique();
            version.Property(row => row.Status).HasConversion<string>();
            AsJson(version.Property(row => row.Metrics));
            AsJson(version.Property(row => row.Tags));
            AsJson(version.Property(row => row.Origin!));
        });
        modelBuilder.Entity<ModelRow>(model =>
        {
            model.ToTable("models").HasKey(row => new { row.Store, row.Model });
            AsJson(model.Property(row => row.Tags));
        });
        modelBuilder.Entity<FileRow>().ToTable("files").HasKey(row => new { row.Store, row.Model, row.Version, row.Path });
        modelBuilder.Entity<PartialFileRow>().ToTable("partial_files").HasKey(row => new { row.Store, row.Model, row.Version, row.Path });
        modelBuilder.Entity<AliasRow>(alias =>
        {
            alias.ToTable("aliases").HasKey(row => new { row.Store, row.Model, row.Alias });
            alias.Property<uint>("xmin").IsRowVersion();
        });
        modelBuilder.Entity<AliasChangeRow>(change =>
        {
            change.ToTable("alias_changes").HasKey(row => row.Id);
            change.HasIndex(row => new { row.Store, row.IdempotencyKey }).IsUnique();
        });
        modelBuilder.Entity<RolloutRow>(rollout =>
        {
            rollout.ToTable("rollouts").HasKey(row => row.Id);
            rollout.HasIndex(row => new { row.Store, row.Model, row.Alias }).IsUnique().HasFilter("ended_at IS NULL"); // one at a time
            rollout.Property(row => row.Kind).HasConversion<string>();
            rollout.Property(row => row.State).HasConversion<string>();
            rollout.Property(row => row.Changes).IsConcurrencyToken();
            AsJson(rollout.Property(row => row.Arms));
            AsJson(rollout.Property(row => row.Guards));
            AsJson(rollout.Property(row => row.Pauses));
        });
        modelBuilder.Entity<RolloutChangeRow>(change =>
        {
            change.ToTable("rollout_changes").HasKey(row => row.Id);
            change.HasIndex(row => new { row.Store, row.IdempotencyKey }).IsUnique();
            change.HasIndex(row => row.RolloutId);
            AsJson(change.Property(row => row.Evidence));
        });
        modelBuilder.Entity<ApiKeyRow>(key =>
        {
            key.ToTable("api_keys").HasKey(row => row.Id);
            key.HasIndex(row => row.Sha256).IsUnique();
            key.HasIndex(row => new { row.Store, row.Id });
            key.Ignore(row => row.Limits);
        });
        modelBuilder.Entity<KeyUsageRow>(usage => usage.ToTable("key_usage").HasKey(row => new { row.Sha256, row.Day, row.Reporter }));
        modelBuilder.Entity<SigningKeyRow>(key =>
        {
            key.ToTable("signing_keys").HasKey(row => row.Number);
            key.Property(row => row.Number).ValueGeneratedNever();
        });
    }

    /// <summary>For values that are never changed in place.</summary>
    private static void AsJson<T>(PropertyBuilder<T> property) where T : class => property.HasColumnType("jsonb").HasConversion(
        value => JsonSerializer.Serialize(value, JsonSerializerOptions.Web),
        json => JsonSerializer.Deserialize<T>(json, JsonSerializerOptions.Web)!,
        new ValueComparer<T>((a, b) => ReferenceEquals(a, b), value => value.GetHashCode(), value => value));
}

/// <summary>Lets <c>dotnet ef migrations add</c> work without a database.</summary>
internal sealed class DesignTimeFactory : IDesignTimeDbContextFactory<RegistryDb>
{
    public RegistryDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<RegistryDb>().UseNpgsql().UseSnakeCaseNamingConvention().Options);
}
