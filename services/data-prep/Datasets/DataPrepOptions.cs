using System.ComponentModel.DataAnnotations;

namespace ModelOps.DataPrep.Datasets;

/// <summary>The configuration section <c>DataPrep</c>.</summary>
internal sealed class DataPrepOptions
{
    /// <summary>Memory that DuckDB may take for one version, in MB; what does not fit goes to disk.</summary>
    [Range(256, 1024 * 1024)] public int MemoryLimitMegabytes { get; init; } = 1024;

    /// <summary>Threads of DuckDB; all cores when absent. The version's bytes do not depend on it.</summary>
    [Range(1, 1024)] public int? Threads { get; init; }

    /// <summary>A version's files are removed only when the dataset has this many newer ones …</summary>
    [Range(1, 10_000)] public int KeepVersions { get; init; } = 10;

    /// <summary>… and it is older than this.</summary>
    public TimeSpan KeepVersionsFor { get; init; } = TimeSpan.FromDays(90);

    /// <summary>
    /// Events of more bytes than this are prepared in parts of about that size, which all replicas share; fewer in one piece. As the shop sent
    /// them, zip archives unpacked. The version's bytes do not depend on it.
    /// </summary>
    [Range(1024, long.MaxValue)] public long PartBytes { get; init; } = 512L << 20;
}
