using ModelOps.Contracts.Exports;
using ModelOps.Contracts.Runs;

namespace ModelOps.Pipeline.Exports;

internal sealed class ExportRow
{
    public required Guid Id { get; init; }
    public required string Store { get; init; }
    public required string Model { get; init; }
    public required ExportRequest Request { get; init; }
    public required string Format { get; init; }
    public required int Count { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required string By { get; init; }
    public RunState State { get; set; }

    /// <summary>Null until they are gathered in <see cref="UsersBlob"/>.</summary>
    public int? Users { get; set; }
    public int Done { get; set; }
    public long Bytes { get; set; }
    public DateTimeOffset? EndedAt { get; set; }
    public string? Error { get; set; }

    public string Folder => $"{Store}/{Id}";

    public string UsersBlob => $"{Folder}/users";
}

/// <summary>A piece of an export's file; its number makes that of two who write the same one counts.</summary>
internal sealed class ExportPartRow
{
    public required Guid ExportId { get; init; }
    public required int Number { get; init; }
    public required string Blob { get; init; }
    public required int Users { get; init; }
    public required long Bytes { get; init; }
}
