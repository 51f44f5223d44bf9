using ModelOps.Contracts.Datasets;

namespace ModelOps.DataPrep.Uploads;

/// <summary>A resumable upload; its bytes are blocks of one blob, which are put together when it is complete.</summary>
internal sealed class UploadRow
{
    public required Guid Id { get; init; }
    public required string Store { get; init; }
    public required string FileName { get; init; }
    public long? Length { get; set; }
    public long Offset { get; set; }
    public int Blocks { get; set; }
    public bool IsComplete { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }

    public string Blob => $"{Store}/uploads/{Id}";

    public UploadStatus ToContract() => new(Id, FileName, Offset, Length, IsComplete);
}
