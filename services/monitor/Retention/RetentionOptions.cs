using System.ComponentModel.DataAnnotations;

namespace ModelOps.Monitor.Retention;

/// <summary>The configuration section <c>Quality</c>.</summary>
internal sealed class RetentionOptions
{
    /// <summary>Days that the counts and the verdicts are kept.</summary>
    [Range(1, 3650)] public int KeepDays { get; init; } = 400;
}
