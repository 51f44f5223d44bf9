using ModelOps.DataPrep.Checks;
using ModelOps.DataPrep.Sources;

namespace ModelOps.DataPrep.Parts;

internal enum PartStage
{
    /// <summary>A slice of the events: read, typed, repaired, divided by user.</summary>
    Type,

    /// <summary>All events of some users: judged by the checks.</summary>
    Judge,

    /// <summary>The same users' kept events: labelled, with sessions and tags.</summary>
    Label,
}

/// <summary>A part of a build that was asked for. It is a function of <see cref="Input"/> and the build's terms, so its result holds as long as these do.</summary>
internal sealed class PartRow
{
    public required Guid Build { get; init; }
    public required PartStage Stage { get; init; }
    public required int Number { get; init; }

    /// <summary><see cref="PartInput"/> as JSON.</summary>
    public required string Input { get; set; }

    /// <summary>Another one each time the part is asked for, as a job that has ended is not run again.</summary>
    public required Guid JobId { get; set; }

    /// <summary><see cref="PartResult"/> as JSON.</summary>
    public string? Result { get; set; }

    /// <summary>Why no replica could do it, when no attempt is left. It says nothing about the data.</summary>
    public string? Failure { get; set; }

    /// <summary>True when a blob that it needs is gone.</summary>
    public bool LacksBlob { get; set; }
}

/// <param name="Slice">What the rows of a slice are; null in the other stages, and of rows that have their types already.</param>
/// <param name="Blobs">What it reads, by what it is.</param>
internal sealed record PartInput(SliceInput? Slice, IReadOnlyDictionary<string, IReadOnlyList<string>> Blobs);

/// <summary>A slice of a file of events, laid out.</summary>
/// <param name="Source">The number of the file in the build.</param>
/// <param name="Mapping">As the shop gave it, in YAML.</param>
internal sealed record SliceInput(int Source, string File, FileFormat Form, IReadOnlyList<string> Columns, string? Mapping);

/// <param name="Blobs">What it wrote, by what it is.</param>
/// <param name="Order">In the first stage, unless the slice had no row.</param>
/// <param name="Judgement">In the second.</param>
internal sealed record PartResult(IReadOnlyDictionary<string, string> Blobs, SliceOrder? Order = null, Judgement? Judgement = null);
