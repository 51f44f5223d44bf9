using ModelOps.Contracts.Clients;

namespace ModelOps.Contracts.Access;

/// <summary>Keys of stores, at the registry.</summary>
public sealed class AccessClient(HttpClient http)
{
    public Task<Page<ApiKey>> ListAsync(StoreId store, CancellationToken cancellationToken = default) =>
        http.GetAsync<Page<ApiKey>>(store, "/v1/api-keys", cancellationToken);

    public Task<CreatedApiKey> CreateAsync(StoreId store, NewApiKey key, string actor, CancellationToken cancellationToken = default) =>
        http.SendAsync<CreatedApiKey>(store, HttpMethod.Post, "/v1/api-keys", key, null, cancellationToken, actor);

    public Task<CreatedApiKey> RotateAsync(StoreId store, Guid id, KeyRotation rotation, string actor, CancellationToken cancellationToken = default) =>
        http.SendAsync<CreatedApiKey>(store, HttpMethod.Post, $"/v1/api-keys/{id}/rotate", rotation, null, cancellationToken, actor);

    public Task<ApiKey> LimitAsync(StoreId store, Guid id, KeyLimits limits, string actor, CancellationToken cancellationToken = default) =>
        http.SendAsync<ApiKey>(store, HttpMethod.Put, $"/v1/api-keys/{id}/limits", limits, null, cancellationToken, actor);

    public Task<ApiKey> RevokeAsync(StoreId store, Guid id, string actor, CancellationToken cancellationToken = default) =>
        http.SendAsync<ApiKey>(store, HttpMethod.Delete, $"/v1/api-keys/{id}", null, null, cancellationToken, actor);
}
