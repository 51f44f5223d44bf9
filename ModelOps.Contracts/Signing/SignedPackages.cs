using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ModelOps.Contracts.Versions;

namespace ModelOps.Contracts.Signing;

/// <summary>Brings packages to local disk and verifies them there: the manifest by its signature, each file by the manifest.</summary>
public sealed class SignedPackages(RegistryClient registry, TrustedKeys trusted)
{
    /// <summary>What lies beside a package's files.</summary>
    private static readonly string[] Own = [PackageManifest.FileName, PackageSignature.FileName];

    /// <summary>Brings a version's manifest, its signature and the files that are <paramref name="wanted"/>, and verifies them.</summary>
    /// <exception cref="InvalidDataException">Something is not what was signed; the message names the version, the file and the cause.</exception>
    public async Task<PackageManifest> DownloadAsync(StoreId store, string model, int version, string folder, Func<string, bool> wanted, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var signature = (await registry.GetVersionAsync(store, model, version, cancellationToken)).Signature
            ?? throw new InvalidDataException($"{Name(model, version)} is not signed. Update the registry: it signs its versions when it starts.");
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, PackageSignature.FileName), JsonSerializer.Serialize(signature, JsonSerializerOptions.Web), cancellationToken);
        await registry.DownloadAsync(store, model, version, PackageManifest.FileName, Path.Combine(folder, PackageManifest.FileName), cancellationToken);
        var manifest = await ReadManifestAsync(store, model, version, folder, cancellationToken);
        foreach (var file in manifest.Files.Where(file => wanted(file.Path)))
        {
            var path = PathOf(folder, file, model, version);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await registry.DownloadAsync(store, model, version, file.Path, path, cancellationToken);
            await VerifyAsync(path, file, model, version, cancellationToken);
        }
        return manifest;
    }

    /// <summary>Verifies what an earlier <see cref="DownloadAsync"/> has brought. Asks the registry only about a key that was never seen.</summary>
    /// <exception cref="InvalidDataException">Something is not what was signed; the message names the version, the file and the cause.</exception>
    public async Task<PackageManifest> VerifyAsync(StoreId store, string model, int version, string folder, Func<string, bool> wanted, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var manifest = await ReadManifestAsync(store, model, version, folder, cancellationToken);
        var listed = manifest.Files.Select(file => PathOf(folder, file, model, version)).Concat(Own.Select(file => Path.GetFullPath(Path.Combine(folder, file)))).ToHashSet(StringComparer.Ordinal);
        if (Directory.EnumerateFiles(Path.GetFullPath(folder), "*", SearchOption.AllDirectories).FirstOrDefault(file => !listed.Contains(file)) is { } foreign)
            throw new InvalidDataException($"{Path.GetRelativePath(folder, foreign)} lies beside {Named(model, version)}, whose manifest does not list it. It is not loaded.");
        foreach (var file in manifest.Files.Where(file => wanted(file.Path)))
            await VerifyAsync(PathOf(folder, file, model, version), file, model, version, cancellationToken);
        return manifest;
    }

    private async Task<PackageManifest> ReadManifestAsync(StoreId store, string model, int version, string folder, CancellationToken cancellationToken)
    {
        var signature = Parse<PackageSignature>(await ReadAsync(folder, PackageSignature.FileName, model, version, cancellationToken), PackageSignature.FileName, model, version);
        var bytes = await ReadAsync(folder, PackageManifest.FileName, model, version, cancellationToken);
        await trusted.VerifyAsync(Name(model, version), Convert.ToHexStringLower(SHA256.HashData(bytes)), signature, token => registry.ListKeysAsync(store, token), cancellationToken);
        var manifest = Parse<PackageManifest>(bytes, PackageManifest.FileName, model, version);
        if (manifest.Files.FirstOrDefault(file => Own.Contains(file.Path)) is { } taken)
            throw new InvalidDataException($"The manifest of {Named(model, version)} lists {taken.Path}, which is no file of a package. It is not loaded.");
        return manifest.Model == model && manifest.Version == version
            ? manifest
            : throw new InvalidDataException($"{Name(model, version)} came with the manifest of version {manifest.Version} of '{manifest.Model}'. It is not loaded.");
    }

    private static async Task VerifyAsync(string path, PackageFile file, string model, int version, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
            throw new InvalidDataException($"{file.Path} of {Named(model, version)} is missing. It is not loaded.");
        await using var content = File.OpenRead(path);
        var actual = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
        if (!actual.Equals(file.Sha256, StringComparison.OrdinalIgnoreCase))
            throw new InvalidDataException($"{file.Path} of {Named(model, version)} has the hash {actual}, its manifest says {file.Sha256}. It is not loaded.");
    }

    private static string PathOf(string folder, PackageFile file, string model, int version)
    {
        var inside = Path.GetFullPath(folder) + Path.DirectorySeparatorChar;
        var path = Path.GetFullPath(Path.Combine(folder, file.Path));
        return path.StartsWith(inside, StringComparison.Ordinal) ? path : throw new InvalidDataException($"The manifest of {Named(model, version)} names the file '{file.Path}' outside its folder. It is not loaded.");
    }

    private static async Task<byte[]> ReadAsync(string folder, string file, string model, int version, CancellationToken cancellationToken) => File.Exists(Path.Combine(folder, file))
        ? await File.ReadAllBytesAsync(Path.Combine(folder, file), cancellationToken)
        : throw new InvalidDataException($"{file} of {Named(model, version)} is missing. It is not loaded.");

    private static T Parse<T>(byte[] json, string file, string model, int version)
    {
        try
        {
            var read = JsonSerializer.Deserialize<T>(json, JsonSerializerOptions.Web) ?? throw new JsonException("it is empty");
            return read is PackageSignature { KeyId: null } or PackageSignature { Value: null } ? throw new JsonException("it is no signature") : read;
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{file} of {Named(model, version)} cannot be read: {exception.Message}");
        }
    }

    private static string Name(string model, int version) => $"Version {version} of '{model}'";

    private static string Named(string model, int version) => $"version {version} of '{model}'";
}

public static class SignedPackagesExtensions
{
    /// <summary>Adds <see cref="SignedPackages"/>, which trusts the keys of <see cref="TrustOptions"/>.</summary>
    public static IServiceCollection AddSignedPackages(this IServiceCollection services) => services.AddTrustedKeys().AddTransient<SignedPackages>();

    /// <summary>Adds <see cref="TrustedKeys"/> alone.</summary>
    public static IServiceCollection AddTrustedKeys(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<TrustOptions>, TrustValidation>();
        services.AddOptions<TrustOptions>().BindConfiguration("Packages").ValidateDataAnnotations().ValidateOnStart();
        return services.AddSingleton(provider => new TrustedKeys(provider.GetRequiredService<IOptions<TrustOptions>>().Value, provider.GetRequiredService<ILogger<TrustedKeys>>()));
    }

    private sealed class TrustValidation : IValidateOptions<TrustOptions>
    {
        public ValidateOptionsResult Validate(string? name, TrustOptions options) => options.Wrong() is { } wrong ? ValidateOptionsResult.Fail(wrong) : ValidateOptionsResult.Success;
    }
}
