using ModelOps.Contracts.Datasets;
using ModelOps.DataPrep.Privacy;

namespace ModelOps.DataPrep.Parts;

/// <summary>
/// A version that is being made, noted before anything is looked at: who erases a person waits for it. A dataset has one at most. What is
/// made in parts hangs on it, and is there for who takes the work up again.
/// </summary>
internal sealed class BuildRow
{
    public required Guid Id { get; init; }
    public required string Store { get; init; }
    public required string Dataset { get; init; }

    /// <summary>The job that makes it; an id of its own where nobody comes back to it.</summary>
    public required Guid Owner { get; init; }

    /// <summary>The code that makes it. Another release begins anew.</summary>
    public required string Release { get; init; }

    /// <summary><see cref="BuildTerms"/> as JSON; null while it is not made in parts.</summary>
    public string? Terms { get; set; }

    /// <summary>Where its blobs lie.</summary>
    public string Prefix => $"{Store}/builds/{Id}/";
}

/// <summary>What all parts of a build have in common, so that they see one state.</summary>
/// <param name="Now">Tells what lies in the future.</param>
/// <param name="Erased">Users who were erased before it began.</param>
/// <param name="Buckets">Into how many parts the users are divided, by a hash of their ids.</param>
/// <param name="Log">What was read of the event log; null before that, or where it is left out.</param>
internal sealed record BuildTerms(DateTimeOffset Now, DatasetRules Rules, IReadOnlyList<ErasedUser> Erased, bool IncludeEventLog, int Buckets, ReadLog? Log = null);

/// <summary>The event log, read once for a build.</summary>
/// <param name="Cursor">Up to which position.</param>
/// <param name="Blob">Its rows; null where there are none.</param>
internal sealed record ReadLog(long Cursor, SourceReport Report, string? Blob);
