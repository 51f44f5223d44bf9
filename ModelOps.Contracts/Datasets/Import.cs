using ModelOps.Contracts.Runs;

namespace ModelOps.Contracts.Datasets;

/// <summary>Asks for sources to be fetched, read and made into a version, in the background: it survives a killed service.</summary>
/// <param name="Sources">One or more.</param>
/// <param name="Mapping">YAML, for columns that are not recognised.</param>
public sealed record ImportRequest(IReadOnlyList<ImportSource> Sources, string? Mapping = null);

/// <summary>Where a source comes from: exactly one of <paramref name="Upload"/>, <paramref name="Blobs"/>, <paramref name="Postgres"/> and <paramref name="Links"/>.</summary>
/// <param name="Kind"><c>events</c>, <c>products</c>, <c>users</c>, <c>campaigns</c>, <c>judgements</c>, <c>messages</c>, <c>faq</c> or <c>pictures</c>.</param>
/// <param name="Upload">The id of a finished resumable upload.</param>
public sealed record ImportSource(string Kind, Guid? Upload = null, BlobPrefix? Blobs = null, PostgresQuery? Postgres = null, PictureLinks? Links = null);

/// <summary>The pictures at the addresses in the catalogue's <c>image_link</c>. Those that are there and have not changed are not fetched again.</summary>
/// <param name="Most">Pictures that are fetched; all when absent.</param>
/// <param name="Refresh">Also those of which it cannot be told whether they have changed.</param>
public sealed record PictureLinks(int? Most = null, bool Refresh = false);

/// <summary>All blobs whose names begin with <paramref name="Prefix"/>.</summary>
/// <param name="Connection">The name of a connection that an operator has given the store; never the connection string itself.</param>
public sealed record BlobPrefix(string Connection, string Prefix);

/// <summary>The rows of a query against the shop's own database, read in a read-only transaction.</summary>
/// <param name="Connection">The name of a connection that an operator has given the store; never the connection string itself.</param>
/// <param name="Query">One SELECT; with an ORDER BY the same rows are the same file, and import once.</param>
/// <param name="Increment">A column of the query that only rises, such as <c>updated_at</c>: only rows above the last import's highest value are read.</param>
public sealed record PostgresQuery(string Connection, string Query, string? Increment = null);

/// <summary>An import and how far it is.</summary>
/// <param name="Stage"><c>queued</c>, <c>fetching</c>, <c>preparing</c>, <c>cleaning up</c> or <c>done</c>.</param>
/// <param name="Files">Files fetched so far; each is kept, so that a killed import does not fetch it again.</param>
/// <param name="Bytes">Their size.</param>
/// <param name="Version">The version, once <paramref name="State"/> is succeeded. An older one when nothing was new.</param>
/// <param name="Error">Cause and remedy, where it failed.</param>
public sealed record Import(Guid Id, string Dataset, RunState State, string Stage, int Files, long Bytes, int? Version, string? Error, DateTimeOffset CreatedAt)
{
    /// <summary>Who asked for it: a person's name, <c>api</c> for the holder of the store's key, <c>automation</c>; null where an older release did not note it.</summary>
    public string? StartedBy { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How far the stage is, while the import runs; about a second old, null before there is anything to tell.</summary>
    public ImportProgress? Progress { get; init; }
}

/// <summary>How far a step of an import is. The counts begin anew with each step.</summary>
/// <param name="Step"><c>fetching</c>; then <c>waiting</c> (for another import of the dataset), <c>gathering</c> (its files and the dataset's earlier ones), <c>reading</c>, <c>checking</c>, <c>labelling</c>, <c>writing</c>, <c>measuring</c>, <c>storing</c>.</param>
/// <param name="Files">Files that are done with.</param>
/// <param name="TotalFiles">Null while it is not known how many there are, and for steps that do not go by files.</param>
/// <param name="Bytes">As the files are packed; a query's rows as CSV.</param>
/// <param name="TotalBytes">Null while it is not known, as for a query.</param>
/// <param name="Rows">Rows that were read.</param>
public sealed record ImportProgress(string Step, int Files, int? TotalFiles, long Bytes, long? TotalBytes, long Rows)
{
    /// <summary>Of a version that is made in parts: those of the step that are done, by whichever replica; null for others, and in steps that are not divided.</summary>
    public int? Parts { get; init; }

    /// <summary>Null while files are still being cut into parts.</summary>
    public int? TotalParts { get; init; }
}

/// <summary>A resumable upload.</summary>
/// <param name="Offset">Bytes that are durably there.</param>
public sealed record UploadStatus(Guid Id, string File, long Offset, long? Length, bool IsComplete);
