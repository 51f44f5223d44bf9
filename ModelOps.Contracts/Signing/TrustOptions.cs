using System.ComponentModel.DataAnnotations;

namespace ModelOps.Contracts.Signing;

/// <summary>The configuration section <c>Packages</c> of whoever loads packages.</summary>
public class TrustOptions
{
    /// <summary>Where packages that are served, and pinned keys, lie on local disk.</summary>
    [Required]
    public string Folder { get; init; } = Path.Combine(
        Environment.GetEnvironmentVariable("MODELOPS_DATA") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), ".modelops"), "packages");

    /// <summary>
    /// The public keys whose packages are loaded, each a PEM or the path of one; no other key is trusted then. Without any, the
    /// keys that the registry lists at the first contact are pinned.
    /// </summary>
    public IReadOnlyList<string> TrustedKeys { get; init; } = [];

    /// <summary>What is wrong with the keys, or null.</summary>
    internal string? Wrong()
    {
        foreach (var (index, key) in TrustedKeys.Index())
        {
            try
            {
                P256.Read(key).Dispose();
            }
            catch (InvalidDataException exception)
            {
                return $"Packages:TrustedKeys:{index}: {exception.Message}";
            }
        }
        return null;
    }
}
