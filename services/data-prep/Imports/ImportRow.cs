using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.DataPrep.Mapping;

namespace ModelOps.DataPrep.Imports;

internal sealed class ImportRow
{
    public required Guid Id { get; init; }
    public required string Store { get; init; }
    public required string Dataset { get; init; }
    public required ImportRequest Request { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public RunState State { get; set; }
    public string Stage { get; set; } = "queued";

    /// <summary>What was fetched and lies in blob storage until the import ends; replaced, never changed in place.</summary>
    public IReadOnlyList<FetchedFile> Fetched { get; set; } = [];

    /// <summary>How many of the request's sources were fetched whole.</summary>
    public int SourcesDone { get; set; }
    public int? Version { get; set; }
    public string? Error { get; set; }
    public string? StartedBy { get; init; }
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Written beside the job, by <see cref="ProgressNotes"/>; what an ended job left says nothing any more.</summary>
    public ImportProgress? Progress { get; init; }

    public string Blob(string sha256) => $"{Store}/imports/{Id}/{sha256}";

    public Import ToContract() => new(Id, Dataset, State, Stage, Fetched.Count, Fetched.Sum(file => file.Bytes), Version, Error, CreatedAt)
    {
        StartedBy = StartedBy,
        EndedAt = EndedAt,
        Progress = State == RunState.Running ? Progress : null,
    };
}

/// <summary>A file that an import has fetched.</summary>
/// <param name="Source">Of which of the request's sources, from 0.</param>
/// <param name="Mark">The highest value of a query's increment column, where it has one; a blob's tag.</param>
internal sealed record FetchedFile(int Source, SourceKind Kind, string Name, string Sha256, long Bytes, string? Mark = null);
