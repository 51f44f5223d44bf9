using System.Text.Json;
using ModelOps.Contracts.Clients;

namespace ModelOps.Contracts.Runs;

/// <summary>Starts a pipeline on a dataset.</summary>
/// <param name="Parameters">Override the pipeline's YAML, for example <c>{"profile":"best"}</c>.</param>
public sealed record PipelineRunRequest(string? Pipeline, string? Dataset, string? Model = null, IReadOnlyDictionary<string, JsonElement>? Parameters = null);

/// <summary>One durable execution of a pipeline.</summary>
public sealed record PipelineRun(
    Guid Id,
    string Pipeline,
    string Dataset,
    string Model,
    RunState State,
    string Trigger,
    IReadOnlyDictionary<string, JsonElement> Parameters,
    IReadOnlyList<PipelineStep> Steps,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    string? Error);

/// <summary>One step of a run.</summary>
/// <param name="Metrics">Numbers that the step reports, for example rows kept or <c>ndcg@10</c>.</param>
/// <param name="Outputs">What later steps need: dataset version, training run, model version.</param>
public sealed record PipelineStep(
    string Name,
    RunState State,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyDictionary<string, string> Outputs,
    string? Error);

/// <summary>The pipeline service.</summary>
public sealed class PipelineClient(HttpClient http)
{
    public Task<PipelineRun> StartAsync(StoreId store, PipelineRunRequest request, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        http.SendAsync<PipelineRun>(store, HttpMethod.Post, "/v1/runs", request, idempotencyKey, cancellationToken);

    public Task<PipelineRun> GetAsync(StoreId store, Guid id, CancellationToken cancellationToken = default) =>
        http.GetAsync<PipelineRun>(store, $"/v1/runs/{id}", cancellationToken);

    public Task<Page<PipelineRun>> ListAsync(StoreId store, string? after = null, CancellationToken cancellationToken = default) =>
        http.GetAsync<Page<PipelineRun>>(store, $"/v1/runs?after={after}", cancellationToken);

    public Task CancelAsync(StoreId store, Guid id, CancellationToken cancellationToken = default) =>
        http.SendAsync(store, HttpMethod.Post, $"/v1/runs/{id}/cancel", null, null, cancellationToken);
}
