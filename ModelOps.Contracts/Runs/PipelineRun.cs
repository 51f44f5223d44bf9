using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ModelOps.Contracts.Campaigns;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Exports;

namespace ModelOps.Contracts.Runs;

/// <summary>Starts a pipeline on a dataset.</summary>
/// <param name="Parameters">Override the pipeline's YAML, for example <c>{"profile":"best"}</c>.</param>
public sealed record PipelineRunRequest(string? Pipeline, string? Dataset, string? Model = null, IReadOnlyDictionary<string, JsonElement>? Parameters = null);

/// <summary>Which runs to list; what is null lets every run through.</summary>
/// <param name="Trigger">As <see cref="PipelineRun.Trigger"/> has it.</param>
public sealed record RunFilter(RunState? State = null, string? Pipeline = null, string? Dataset = null, string? Model = null, string? Trigger = null);

/// <summary>One durable execution of a pipeline.</summary>
/// <param name="Trigger">What started it: <c>manual</c>, or as <see cref="Decision.Trigger"/> has it.</param>
/// <param name="Approval">What a person has decided of it, where a gate asks for that.</param>
/// <param name="TriggerReason">What the trigger saw, in words; empty for a manual run.</param>
/// <param name="By">Who started it.</param>
/// <param name="Resumes">How often it has been resumed after it had failed.</param>
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
    string? Error,
    RunApproval? Approval = null,
    string TriggerReason = "",
    string By = "",
    int Resumes = 0);

/// <summary>A person's decision on a run that waits for it.</summary>
/// <param name="By">Who decided.</param>
public sealed record RunApproval(bool Approve, string By, string Reason, DateTimeOffset At);

/// <summary>Approves a run that waits for it, or refuses it, which ends it.</summary>
/// <param name="By">Who decides; the caller's name when absent.</param>
public sealed record ApprovalRequest([property: JsonRequired] bool Approve, string? By = null, string? Reason = null);

/// <summary>What one gate of a pipeline found.</summary>
/// <param name="Gate">What it asks for, in words.</param>
/// <param name="Value">What was measured; for a comparison with an interval the difference.</param>
/// <param name="Low">Lower end of the difference's 95 % interval.</param>
/// <param name="Limit">What the value, or <paramref name="Low"/> where there is one, was held against.</param>
/// <param name="Baseline">The value that it was compared with.</param>
public sealed record GateVerdict(string Gate, bool Holds, double? Value, double? Low, double? High, double? Limit, double? Baseline, string Reason);

/// <summary>One step of a run.</summary>
/// <param name="Metrics">Numbers that the step reports, for example rows kept or <c>ndcg@10</c>.</param>
/// <param name="Gates">The gates' verdicts, for the step that tries them.</param>
/// <param name="Outputs">What later steps need: dataset version, training run, model version.</param>
/// <param name="Retries">How often it was tried again after a failure that might pass.</param>
public sealed record PipelineStep(
    string Name,
    RunState State,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyDictionary<string, string> Outputs,
    string? Error,
    IReadOnlyList<GateVerdict>? Gates = null,
    int Retries = 0);

/// <summary>The pipeline service.</summary>
public sealed class PipelineClient(HttpClient http)
{
    public Task<PipelineRun> StartAsync(StoreId store, PipelineRunRequest request, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        http.SendAsync<PipelineRun>(store, HttpMethod.Post, "/v1/runs", request, idempotencyKey, cancellationToken);

    /// <summary>Whom to contact with what, within limits.</summary>
    public Task<Audience> BuildAudienceAsync(StoreId store, AudienceRequest request, CancellationToken cancellationToken = default) =>
        http.SendAsync<Audience>(store, HttpMethod.Post, "/v1/audiences", request, null, cancellationToken);

    public Task<PipelineRun> GetAsync(StoreId store, Guid id, CancellationToken cancellationToken = default) =>
        http.GetAsync<PipelineRun>(store, $"/v1/runs/{id}", cancellationToken);

    public Task<Page<PipelineRun>> ListAsync(StoreId store, string? after = null, CancellationToken cancellationToken = default) =>
        ListAsync(store, new RunFilter(), after, cancellationToken: cancellationToken);

    /// <summary>Those that the filter lets through, newest first.</summary>
    public Task<Page<PipelineRun>> ListAsync(StoreId store, RunFilter filter, string? after = null, int limit = Page<PipelineRun>.DefaultLimit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var query = Query("after", after) + Query("state", filter.State?.ToString()) + Query("pipeline", filter.Pipeline) + Query("dataset", filter.Dataset) + Query("model", filter.Model) + Query("trigger", filter.Trigger);
        return http.GetAsync<Page<PipelineRun>>(store, $"/v1/runs?limit={limit}{query}", cancellationToken);
    }

    /// <summary>Approves a run that waits for it, or refuses it.</summary>
    public Task<PipelineRun> DecideAsync(StoreId store, Guid id, ApprovalRequest request, string? actor = null, CancellationToken cancellationToken = default) =>
        http.SendAsync<PipelineRun>(store, HttpMethod.Post, $"/v1/runs/{id}/approval", request, null, cancellationToken, actor);

    /// <summary>Has a run that failed or was cancelled go on at the step that it ended in.</summary>
    public Task<PipelineRun> ResumeAsync(StoreId store, Guid id, CancellationToken cancellationToken = default) =>
        http.SendAsync<PipelineRun>(store, HttpMethod.Post, $"/v1/runs/{id}/resume", null, null, cancellationToken);

    /// <summary>The pipelines, with what their triggers last saw.</summary>
    public Task<IReadOnlyList<PipelineStatus>> ListPipelinesAsync(StoreId store, CancellationToken cancellationToken = default) =>
        http.GetAsync<IReadOnlyList<PipelineStatus>>(store, "/v1/pipelines/status", cancellationToken);

    /// <summary>What is wrong with a pipeline's YAML.</summary>
    public Task<PipelineCheck> CheckPipelineAsync(StoreId store, string yaml, CancellationToken cancellationToken = default) =>
        http.PostBytesAsync<PipelineCheck>(store, "/v1/pipelines/validate", Encoding.UTF8.GetBytes(yaml), cancellationToken);

    /// <summary>The JSON Schema of a pipeline's YAML.</summary>
    public Task<JsonElement> GetPipelineSchemaAsync(StoreId store, CancellationToken cancellationToken = default) =>
        http.GetAsync<JsonElement>(store, "/v1/pipelines/schema", cancellationToken);

    /// <summary>The store's edits of a pipeline, newest first.</summary>
    public Task<IReadOnlyList<PipelineEdit>> GetPipelineHistoryAsync(StoreId store, string pipeline, CancellationToken cancellationToken = default) =>
        http.GetAsync<IReadOnlyList<PipelineEdit>>(store, $"/v1/pipelines/{Uri.EscapeDataString(pipeline)}/history", cancellationToken);

    /// <summary>Puts a definition of the store's own in the place of the installation's.</summary>
    public Task<PipelineEdit> PutPipelineAsync(StoreId store, string pipeline, NewPipelineEdit edit, string? actor = null, CancellationToken cancellationToken = default) =>
        http.SendAsync<PipelineEdit>(store, HttpMethod.Put, $"/v1/pipelines/{Uri.EscapeDataString(pipeline)}", edit, null, cancellationToken, actor);

    /// <summary>Has the installation's file count again.</summary>
    public Task<PipelineEdit> RestorePipelineAsync(StoreId store, string pipeline, string reason, int version, string? actor = null, CancellationToken cancellationToken = default) =>
        http.SendAsync<PipelineEdit>(store, HttpMethod.Delete, $"/v1/pipelines/{Uri.EscapeDataString(pipeline)}?reason={Uri.EscapeDataString(reason)}&version={version}", null, null, cancellationToken, actor);

    /// <summary>What automation decided, newest first.</summary>
    public Task<Page<Decision>> ListDecisionsAsync(
        StoreId store, string? pipeline = null, string? model = null, string? after = null, int limit = Page<Decision>.DefaultLimit, CancellationToken cancellationToken = default) =>
        http.GetAsync<Page<Decision>>(store, $"/v1/decisions?limit={limit}{Query("pipeline", pipeline)}{Query("model", model)}{Query("after", after)}", cancellationToken);

    public Task<AutomationState> GetAutomationAsync(StoreId store, CancellationToken cancellationToken = default) =>
        http.GetAsync<AutomationState>(store, "/v1/automation", cancellationToken);

    /// <summary>Pauses all that acts by itself in the store, or lets it act again.</summary>
    public Task<AutomationState> SetAutomationAsync(StoreId store, AutomationRequest request, string? actor = null, CancellationToken cancellationToken = default) =>
        http.SendAsync<AutomationState>(store, HttpMethod.Put, "/v1/automation", request, null, cancellationToken, actor);

    public Task<RecommendationExport> StartExportAsync(StoreId store, ExportRequest request, string? idempotencyKey = null, string? actor = null, CancellationToken cancellationToken = default) =>
        http.SendAsync<RecommendationExport>(store, HttpMethod.Post, "/v1/exports", request, idempotencyKey, cancellationToken, actor);

    public Task<RecommendationExport> GetExportAsync(StoreId store, Guid id, CancellationToken cancellationToken = default) =>
        http.GetAsync<RecommendationExport>(store, $"/v1/exports/{id}", cancellationToken);

    /// <summary>The newest first.</summary>
    public Task<Page<RecommendationExport>> ListExportsAsync(StoreId store, CancellationToken cancellationToken = default) =>
        http.GetAsync<Page<RecommendationExport>>(store, "/v1/exports", cancellationToken);

    /// <summary>A finished export's file, as it comes.</summary>
    public Task<HttpResponseMessage> OpenExportAsync(StoreId store, Guid id, CancellationToken cancellationToken = default) =>
        http.OpenAsync(store, $"/v1/exports/{id}/file", cancellationToken);

    /// <summary>How many shoppers have profiles of a kind, and some of them.</summary>
    public Task<ProfileAudience> SelectProfilesAsync(StoreId store, ProfileAudienceRequest request, CancellationToken cancellationToken = default) =>
        http.SendAsync<ProfileAudience>(store, HttpMethod.Post, "/v1/audiences/profiles", request, null, cancellationToken);

    /// <summary>All of them as a CSV file.</summary>
    public Task<HttpResponseMessage> OpenProfilesAsync(StoreId store, ProfileAudienceRequest request, CancellationToken cancellationToken = default) =>
        http.OpenAsync(store, HttpMethod.Post, "/v1/audiences/profiles?format=csv", request, cancellationToken);

    /// <summary>Ends an export that runs, and removes its file.</summary>
    public Task RemoveExportAsync(StoreId store, Guid id, CancellationToken cancellationToken = default) =>
        http.SendAsync(store, HttpMethod.Delete, $"/v1/exports/{id}", null, null, cancellationToken);

    private static string Query(string name, string? value) => value is null ? "" : $"&{name}={Uri.EscapeDataString(value)}";

    public Task CancelAsync(StoreId store, Guid id, CancellationToken cancellationToken = default) =>
        http.SendAsync(store, HttpMethod.Post, $"/v1/runs/{id}/cancel", null, null, cancellationToken);
}
