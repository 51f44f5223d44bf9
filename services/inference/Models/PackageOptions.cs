using System.ComponentModel.DataAnnotations;
using ModelOps.Contracts.Signing;

namespace ModelOps.Inference.Models;

/// <summary>The configuration section <c>Packages</c>, with what only a server needs.</summary>
internal sealed class PackageOptions : TrustOptions
{
    /// <summary>Packages that stay on disk, the ones used last; deployed ones stay in any case.</summary>
    [Range(1, 1000)] public int Keep { get; init; } = 10;
}
