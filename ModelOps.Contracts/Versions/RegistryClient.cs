using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Signing;

namespace ModelOps.Contracts.Versions;

/// <summary>The registry service.</summary>
public sealed class RegistryClient(HttpClient http)
{
    /// <summary>Of a file that is uploaded in parts.</summary>
    private const int PartBytes = 8 << 20;

    public Task<Page<RegisteredModel>> ListAsync(StoreId store, CancellationToken cancellationToken = default) =>
        http.GetAsync<Page<RegisteredModel>>(store, "/v1/models", cancellationToken);

    public Task<RegisteredModel?> FindAsync(StoreId store, string model, CancellationToken cancellationToken = default) =>
        http.FindAsync<RegisteredModel>(store, $"/v1/models/{model}", cancellationToken);

    /// <summary>Announces a version; the same <paramref name="idempotencyKey"/> gives the same version.</summary>
    public Task<ModelVersion> CreateVersionAsync(StoreId store, string model, NewModelVersion version, string idempotencyKey, CancellationToken cancellationToken = default) =>
        http.SendAsync<ModelVersion>(store, HttpMethod.Post, $"/v1/models/{model}/versions", version, idempotencyKey, cancellationToken);

    public Task<ModelVersion> GetVersionAsync(StoreId store, string model, int version, CancellationToken cancellationToken = default) =>
        http.GetAsync<ModelVersion>(store, $"/v1/models/{model}/versions/{version}", cancellationToken);

    /// <summary>What a version was made of, and where it has been.</summary>
    public Task<VersionLineage?> FindLineageAsync(StoreId store, string model, int version, CancellationToken cancellationToken = default) =>
        http.FindAsync<VersionLineage>(store, $"/v1/models/{model}/versions/{version}/lineage", cancellationToken);

    /// <param name="version">Null for a tag of the model itself.</param>
    public Task SetTagAsync(StoreId store, string model, int? version, string tag, string value, CancellationToken cancellationToken = default) =>
        http.SendAsync(store, HttpMethod.Put, $"{PathOf(model, version)}/tags/{Uri.EscapeDataString(tag)}", new TagValue(value), null, cancellationToken);

    /// <param name="version">Null for a tag of the model itself.</param>
    public Task DeleteTagAsync(StoreId store, string model, int? version, string tag, CancellationToken cancellationToken = default) =>
        http.SendAsync(store, HttpMethod.Delete, $"{PathOf(model, version)}/tags/{Uri.EscapeDataString(tag)}", null, null, cancellationToken);

    /// <param name="version">Null for the model itself.</param>
    public Task DescribeAsync(StoreId store, string model, int? version, string description, CancellationToken cancellationToken = default) =>
        http.SendAsync(store, HttpMethod.Patch, PathOf(model, version), new DescriptionRequest(description), null, cancellationToken);

    private static string PathOf(string model, int? version) => version is null ? $"/v1/models/{model}" : $"/v1/models/{model}/versions/{version}";

    /// <summary>Every key that versions are or were signed with, the present one first.</summary>
    public Task<IReadOnlyList<SigningKey>> ListKeysAsync(StoreId store, CancellationToken cancellationToken = default) =>
        http.GetAsync<IReadOnlyList<SigningKey>>(store, "/v1/keys", cancellationToken);

    /// <summary>Uploads one file of a pending version, a large one in parts; a repetition replaces it, or goes on where the last one broke off.</summary>
    public Task UploadAsync(StoreId store, string model, int version, string file, string path, CancellationToken cancellationToken = default)
    {
        var target = $"/v1/models/{model}/versions/{version}/files/{file}";
        return new FileInfo(path).Length > PartBytes ? http.UploadInPartsAsync(store, target, path, PartBytes, cancellationToken) : http.UploadAsync(store, target, path, cancellationToken);
    }

    /// <summary>Has the registry read every file back and make the version READY.</summary>
    public Task<ModelVersion> CompleteAsync(StoreId store, string model, PackageManifest manifest, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return http.SendAsync<ModelVersion>(store, HttpMethod.Post, $"/v1/models/{model}/versions/{manifest.Version}/complete", manifest, null, cancellationToken);
    }

    public Task<PackageManifest> GetManifestAsync(StoreId store, string model, int version, CancellationToken cancellationToken = default) =>
        http.GetAsync<PackageManifest>(store, $"/v1/models/{model}/versions/{version}/files/{PackageManifest.FileName}", cancellationToken);

    /// <summary>The version's model card, as what the caller knows to read of it; null where the package has none.</summary>
    public Task<T?> FindCardAsync<T>(StoreId store, string model, int version, CancellationToken cancellationToken = default) where T : class =>
        http.FindAsync<T>(store, $"/v1/models/{model}/versions/{version}/files/model-card.json", cancellationToken);

    public Task DownloadAsync(StoreId store, string model, int version, string file, string path, CancellationToken cancellationToken = default) =>
        http.DownloadAsync(store, $"/v1/models/{model}/versions/{version}/files/{file}", path, cancellationToken);

    /// <summary>Writes a READY version to one file, with its signature.</summary>
    public Task ExportAsync(StoreId store, string model, int version, string path, CancellationToken cancellationToken = default) =>
        http.DownloadAsync(store, $"/v1/models/{model}/versions/{version}/export", path, cancellationToken);

    /// <summary>Makes a version of what <see cref="ExportAsync"/> of this or another registry has written.</summary>
    public Task<ModelVersion> ImportAsync(StoreId store, string model, string path, string? idempotencyKey = null, string? actor = null, CancellationToken cancellationToken = default) =>
        http.PostFileAsync<ModelVersion>(store, $"/v1/models/{model}/import", path, idempotencyKey, cancellationToken, actor);

    /// <summary>Moves an alias; with <c>ExpectedVersion</c> only if it still stands there (409 otherwise).</summary>
    /// <param name="actor">On whose behalf, for the history; <c>automation</c> when nobody's.</param>
    public Task<AliasChange> SetAliasAsync(
        StoreId store, string model, string alias, AliasRequest request, string? idempotencyKey = null, string? actor = null, CancellationToken cancellationToken = default) =>
        http.SendAsync<AliasChange>(store, HttpMethod.Put, $"/v1/models/{model}/aliases/{alias}", request, idempotencyKey, cancellationToken, actor);

    public Task<Page<AliasChange>> AliasHistoryAsync(StoreId store, string model, CancellationToken cancellationToken = default) =>
        http.GetAsync<Page<AliasChange>>(store, $"/v1/models/{model}/alias-history", cancellationToken);

    /// <summary>Starts a rollout; 409 while another one of the alias is under way.</summary>
    public Task<Rollout> StartRolloutAsync(StoreId store, string model, RolloutRequest request, string? idempotencyKey = null, string? actor = null, CancellationToken cancellationToken = default) =>
        http.SendAsync<Rollout>(store, HttpMethod.Post, $"/v1/models/{model}/rollouts", request, idempotencyKey, cancellationToken, actor);

    /// <summary>The model's rollouts, newest first.</summary>
    public Task<Page<Rollout>> ListRolloutsAsync(StoreId store, string model, CancellationToken cancellationToken = default) =>
        http.GetAsync<Page<Rollout>>(store, $"/v1/models/{model}/rollouts", cancellationToken);

    public Task<RolloutHistory?> FindRolloutAsync(StoreId store, string model, Guid id, CancellationToken cancellationToken = default) =>
        http.FindAsync<RolloutHistory>(store, $"/v1/models/{model}/rollouts/{id}", cancellationToken);

    /// <param name="action"><c>advance</c>, <c>pause</c>, <c>resume</c>, <c>promote</c> or <c>abort</c>.</param>
    public Task<Rollout> ActOnRolloutAsync(
        StoreId store, string model, Guid id, string action, RolloutActionRequest request, string? idempotencyKey = null, string? actor = null, CancellationToken cancellationToken = default) =>
        http.SendAsync<Rollout>(store, HttpMethod.Post, $"/v1/models/{model}/rollouts/{id}/{action}", request, idempotencyKey, cancellationToken, actor);

    /// <summary>Every store's aliases and rollouts; what inference follows. Waits up to <paramref name="wait"/> for a change after <paramref name="revision"/>.</summary>
    public Task<DeploymentState> GetDeploymentsAsync(long revision, TimeSpan wait, CancellationToken cancellationToken = default) =>
        http.GetAsync<DeploymentState>(StoreId.Main, $"/v1/deployments?revision={revision}&waitSeconds={(int)wait.TotalSeconds}", cancellationToken);
}
