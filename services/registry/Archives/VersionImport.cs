using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Signing;
using ModelOps.Contracts.Versions;
using ModelOps.Registry.Artifacts;
using ModelOps.Registry.Versions;

namespace ModelOps.Registry.Archives;

/// <summary>Makes a version of a checked archive: its files first, then all rows at once, so that nothing is left of one that is refused.</summary>
internal sealed class VersionImport(RegistryDb database, VersionRegistration registration, ArtifactStorage storage, TrustedKeys trusted, TimeProvider time)
{
    private const string Card = "model-card.json";

    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <exception cref="ArchiveException">The archive is signed by a key that is not trusted.</exception>
    public async Task<VersionRow> ImportAsync(StoreId store, string model, OpenedArchive archive, string by, string idempotencyKey, CancellationToken cancellationToken)
    {
        var origin = new ImportOrigin(
            archive.Manifest.Model, archive.Manifest.Version, archive.ManifestSha256, archive.Signature, await IsTrustedAsync(archive, cancellationToken), time.GetUtcNow(), by);
        await WriteCardAsync(Path.Combine(archive.Folder, Card), origin, cancellationToken);
        var archived = archive.Archived.Version;
        var tags = new Dictionary<string, string>(archived.Tags) { [LineageTags.ImportedFrom] = $"{origin.Model} v{origin.Version}" };
        var version = new NewModelVersion(archived.RunId, archived.Metrics, tags, (archive.Archived.Origin ?? new VersionOrigin()) with { Parent = null, Imported = origin });
        var files = new List<PackageFile>();
        foreach (var path in archive.Manifest.Files.Select(file => file.Path).Append(Card).Distinct())
        {
            await using var content = File.OpenRead(Path.Combine(archive.Folder, path));
            var (sha256, bytes) = await storage.PutAsync(store, content, cancellationToken);
            files.Add(new PackageFile(path, bytes, sha256));
        }
        return await registration.AddAsync(store, model, version, archived.Description ?? "", files, idempotencyKey, cancellationToken);
    }

    private async Task<bool> IsTrustedAsync(OpenedArchive archive, CancellationToken cancellationToken)
    {
        var id = archive.Signature.KeyId;
        if (trusted.Names(id) || await database.SigningKeys.AnyAsync(row => row.KeyId == id, cancellationToken))
            return true;
        return trusted.AreConfigured
            ? throw new ArchiveException($"The archive is signed with the key {id}, which is not trusted here. Packages:TrustedKeys names the keys of registries whose exports are taken; add it if it is one of them.")
            : false;
    }

    /// <summary>The card goes on as it was, and says where it is from.</summary>
    private static async Task WriteCardAsync(string path, ImportOrigin origin, CancellationToken cancellationToken)
    {
        JsonObject card;
        try
        {
            card = File.Exists(path) ? JsonNode.Parse(await File.ReadAllTextAsync(path, cancellationToken)) as JsonObject ?? [] : [];
        }
        catch (JsonException exception)
        {
            throw new ArchiveException($"The archive's {Card} cannot be read: {exception.Message}");
        }
        card["importedFrom"] = JsonSerializer.SerializeToNode(origin, JsonSerializerOptions.Web);
        await File.WriteAllTextAsync(path, card.ToJsonString(Indented), cancellationToken);
    }
}
