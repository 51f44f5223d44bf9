using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.DataPrep.Imports;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Parts;
using ModelOps.DataPrep.Privacy;
using ModelOps.DataPrep.Reviews;
using ModelOps.DataPrep.Uploads;

namespace ModelOps.DataPrep.Datasets;

/// <summary><c>datasetsdb</c>: which sources a dataset has and which versions were made of them.</summary>
internal sealed class DatasetsDb(DbContextOptions<DatasetsDb> options) : DbContext(options)
{
    public DbSet<Source> Sources => Set<Source>();

    public DbSet<VersionRow> Versions => Set<VersionRow>();

    public DbSet<PreparationRow> Preparations => Set<PreparationRow>();

    public DbSet<UploadRow> Uploads => Set<UploadRow>();

    public DbSet<ImportRow> Imports => Set<ImportRow>();

    public DbSet<RulesRow> Rules => Set<RulesRow>();

    public DbSet<ErasureRow> Erasures => Set<ErasureRow>();

    public DbSet<ReviewRow> Reviews => Set<ReviewRow>();

    public DbSet<BuildRow> Builds => Set<BuildRow>();

    public DbSet<PartRow> Parts => Set<PartRow>();

    public DbSet<StoreKeyRow> StoreKeys => Set<StoreKeyRow>();

    public Task<VersionRow?> FindVersionAsync(StoreId store, string dataset, int version, CancellationToken cancellationToken) =>
        Versions.AsNoTracking().FirstOrDefaultAsync(row => row.Store == store.Value && row.Dataset == dataset && row.Version == version, cancellationToken);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Source>(source =>
        {
            source.ToTable("sources").HasKey(row => row.Id);
            source.HasIndex(row => new { row.Store, row.Dataset, row.Kind, row.Sha256 }).IsUnique();
            source.Property(row => row.Kind).HasConversion<string>();
            source.Ignore(row => row.StoredAs);
        });
        modelBuilder.Entity<VersionRow>(version =>
        {
            version.ToTable("versions").HasKey(row => new { row.Store, row.Dataset, row.Version });
            version.Property(row => row.Report).HasJson();
            version.Property(row => row.Statistics).HasJson();
            version.Property(row => row.Lineage).HasJson();
        });
        modelBuilder.Entity<UploadRow>().ToTable("uploads").HasKey(row => row.Id);
        modelBuilder.Entity<ImportRow>(import =>
        {
            import.ToTable("imports").HasKey(row => row.Id);
            import.HasIndex(row => new { row.Store, row.Dataset, row.CreatedAt });
            import.HasIndex(row => new { row.Store, row.CreatedAt });
            import.Property(row => row.Progress).HasJson();
            import.Property(row => row.State).HasConversion<string>();
            import.Property(row => row.Request).HasJson();
            import.Property(row => row.Fetched).HasJson();
            import.Property(row => row.Fetched).Metadata.SetValueComparer(new ValueComparer<IReadOnlyList<FetchedFile>>((one, other) => one!.SequenceEqual(other!), files => files.Count, files => files));
        });
        modelBuilder.Entity<PreparationRow>(preparation =>
        {
            preparation.ToTable("preparations").HasKey(row => row.Id);
            preparation.Property(row => row.State).HasConversion<string>();
            preparation.Property(row => row.Remapping).HasJson();
        });
        modelBuilder.Entity<RulesRow>(rules =>
        {
            rules.ToTable("rules").HasKey(row => new { row.Store, row.Dataset });
            rules.Property(row => row.Rules).HasJson();
        });
        modelBuilder.Entity<ErasureRow>(erasure =>
        {
            erasure.ToTable("erasures").HasKey(row => row.Id);
            erasure.HasIndex(row => new { row.Store, row.Pseudonym });
            erasure.Property(row => row.State).HasConversion<string>();
        });
        modelBuilder.Entity<ReviewRow>(review =>
        {
            review.ToTable("reviews").HasKey(row => row.Id);
            review.HasIndex(row => new { row.Store, row.Dataset, row.InTable, row.InColumn, row.Key }).IsUnique();
            review.HasIndex(row => new { row.Store, row.Dataset, row.State, row.Margin, row.Id });
            review.Property(row => row.Details).HasColumnType("jsonb");
            review.Property(row => row.Candidates).HasJson();
            review.Property(row => row.State).HasConversion<string>();
        });
        modelBuilder.Entity<BuildRow>(build =>
        {
            build.ToTable("builds").HasKey(row => row.Id);
            build.HasIndex(row => new { row.Store, row.Dataset }).IsUnique();
        });
        modelBuilder.Entity<PartRow>(part =>
        {
            part.ToTable("build_parts").HasKey(row => new { row.Build, row.Stage, row.Number });
            part.HasOne<BuildRow>().WithMany().HasForeignKey(row => row.Build).OnDelete(DeleteBehavior.Cascade);
            part.HasIndex(row => row.JobId).IsUnique();
            part.Property(row => row.Stage).HasConversion<string>();
        });
        modelBuilder.Entity<StoreKeyRow>().ToTable("store_keys").HasKey(row => row.Store);
    }
}

/// <summary>An uploaded file; its bytes lie in blob storage under its hash.</summary>
/// <remarks><see cref="Batch"/> counts the uploads of the dataset: the newest catalogue is the one that holds.</remarks>
internal sealed class Source
{
    public long Id { get; init; }
    public required string Store { get; init; }
    public required string Dataset { get; init; }
    public required SourceKind Kind { get; init; }
    public required string FileName { get; init; }
    public required string Sha256 { get; init; }

    /// <summary>What lies in storage instead, since a person was erased from the file.</summary>
    public string? StoredSha256 { get; set; }

    public string StoredAs => StoredSha256 ?? Sha256;

    public required long Bytes { get; set; }
    public required int Batch { get; init; }
    public string? Mapping { get; set; }
    public required DateTimeOffset AddedAt { get; init; }
}

internal sealed class VersionRow
{
    public required string Store { get; init; }
    public required string Dataset { get; init; }
    public required int Version { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required long EventCursor { get; init; }

    /// <summary>Hash over the version's Parquet files: two versions never hold the same.</summary>
    public required string ContentSha256 { get; init; }
    public required DatasetReport Report { get; set; }

    /// <summary>Null for versions that an older release made.</summary>
    public DatasetStatistics? Statistics { get; init; }

    public DatasetLineage? Lineage { get; init; }

    /// <summary>When the files were removed; what the version was remains.</summary>
    public DateTimeOffset? RemovedAt { get; set; }

    public DatasetVersion ToContract() =>
        new(Dataset, Version, Report.Rows, $"/v1/datasets/{Dataset}/versions/{Version}/report", CreatedAt, EventCursor, Report.Profile, ContentSha256, RemovedAt);
}

internal sealed class RulesRow
{
    public required string Store { get; init; }
    public required string Dataset { get; init; }
    public required DatasetRules Rules { get; set; }
}

internal sealed class PreparationRow
{
    public required Guid Id { get; init; }
    public required string Store { get; init; }
    public required string Dataset { get; init; }
    public required bool IncludeEventLog { get; init; }

    /// <summary>Null where each file keeps its mapping.</summary>
    public Remapping? Remapping { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public RunState State { get; set; }
    public int? Version { get; set; }
    public string? Error { get; set; }

    public Preparation ToContract() => new(Id, State, Version, Error);
}

internal static class JsonColumns
{
    public static void HasJson<T>(this PropertyBuilder<T> column) => column.HasColumnType("jsonb").HasConversion(
        value => JsonSerializer.Serialize(value, JsonSerializerOptions.Web),
        json => JsonSerializer.Deserialize<T>(json, JsonSerializerOptions.Web)!);
}
