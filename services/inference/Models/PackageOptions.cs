using System.ComponentModel.DataAnnotations;

namespace ModelOps.Inference.Models;

/// <summary>The configuration section <c>Packages</c>.</summary>
internal sealed class PackageOptions
{
    /// <summary>Where verified packages lie on local disk.</summary>
    [Required]
    public string Folder { get; init; } = Path.Combine(
        Environment.GetEnvironmentVariable("MODELOPS_DATA") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), ".modelops"), "packages");

    /// <summary>Packages that stay on disk, the ones used last; deployed ones stay in any case.</summary>
    [Range(1, 1000)] public int Keep { get; init; } = 10;
}
