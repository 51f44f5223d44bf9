using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Versions;

namespace ModelOps.Contracts.Runs;

/// <summary>The trainer service.</summary>
public sealed class TrainerClient(HttpClient http)
{
    /// <summary>Queues a training; the same <paramref name="idempotencyKey"/> queues it once.</summary>
    public Task<TrainingRun> StartAsync(StoreId store, TrainingRequest request, string idempotencyKey, CancellationToken cancellationToken = default) =>
        http.SendAsync<TrainingRun>(store, HttpMethod.Post, "/v1/runs", request, idempotencyKey, cancellationToken);

    /// <summary>What such a training would take, without starting it.</summary>
    public Task<RunEstimate> EstimateAsync(StoreId store, TrainingRequest request, CancellationToken cancellationToken = default) =>
        http.SendAsync<RunEstimate>(store, HttpMethod.Post, "/v1/runs/estimate", request, null, cancellationToken);

    public Task<TrainingRun> GetAsync(StoreId store, Guid id, CancellationToken cancellationToken = default) =>
        http.GetAsync<TrainingRun>(store, $"/v1/runs/{id}", cancellationToken);

    public Task<Page<TrainingRun>> ListAsync(StoreId store, string? after = null, CancellationToken cancellationToken = default) =>
        http.GetAsync<Page<TrainingRun>>(store, $"/v1/runs?after={after}", cancellationToken);

    /// <summary>What the run's search tried, in order.</summary>
    public Task<Page<TuningTrial>> TrialsAsync(StoreId store, Guid id, CancellationToken cancellationToken = default) =>
        http.GetAsync<Page<TuningTrial>>(store, $"/v1/runs/{id}/trials", cancellationToken);

    public Task CancelAsync(StoreId store, Guid id, CancellationToken cancellationToken = default) =>
        http.SendAsync(store, HttpMethod.Post, $"/v1/runs/{id}/cancel", null, null, cancellationToken);

    /// <summary>Trains a version again from its lineage, to compare; the same <paramref name="idempotencyKey"/> does it once.</summary>
    public Task<Reproduction> ReproduceAsync(StoreId store, ReproductionRequest request, string idempotencyKey, CancellationToken cancellationToken = default) =>
        http.SendAsync<Reproduction>(store, HttpMethod.Post, "/v1/reproductions", request, idempotencyKey, cancellationToken);

    public Task<Reproduction> GetReproductionAsync(StoreId store, Guid id, CancellationToken cancellationToken = default) =>
        http.GetAsync<Reproduction>(store, $"/v1/reproductions/{id}", cancellationToken);

    /// <summary>Has the trainer put the run's package into the registry. Repeating it gives the same version.</summary>
    public Task<ModelVersion> RegisterAsync(StoreId store, Guid id, CancellationToken cancellationToken = default) =>
        http.SendAsync<ModelVersion>(store, HttpMethod.Post, $"/v1/runs/{id}/register", null, null, cancellationToken);
}
