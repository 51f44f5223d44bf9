using ModelOps.Contracts.Signing;
using ModelOps.Contracts.Versions;

namespace ModelOps.Registry.Artifacts;

/// <summary>The names that files of a package may have: relative, with slashes between folders.</summary>
internal static class PackagePath
{
    public static bool IsValid(string path) =>
        !path.Equals(PackageManifest.FileName, StringComparison.OrdinalIgnoreCase) && !path.Equals(PackageSignature.FileName, StringComparison.OrdinalIgnoreCase)
        && !path.Contains('\\', StringComparison.Ordinal) && !path.Contains('\0', StringComparison.Ordinal) && !path.Split('/').Any(part => part is "" or "." or "..");
}
