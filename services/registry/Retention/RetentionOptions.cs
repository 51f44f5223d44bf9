using System.ComponentModel.DataAnnotations;

namespace ModelOps.Registry.Retention;

/// <summary>The configuration section <c>Retention</c>. What an alias or a rollout needs is kept in any case.</summary>
internal sealed class RetentionOptions
{
    /// <summary>READY versions of a model whose files are kept, the newest ones.</summary>
    [Range(1, 10_000)] public int KeepVersions { get; init; } = 50;

    /// <summary>Days that an older version is kept after an alias last moved to it or away from it, for a rollback.</summary>
    [Range(0, 3650)] public int KeepDays { get; init; } = 30;

    /// <summary>Days that an announced version may wait for its files.</summary>
    [Range(1, 365)] public int PendingDays { get; init; } = 7;
}
