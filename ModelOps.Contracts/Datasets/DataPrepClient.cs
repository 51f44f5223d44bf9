using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Privacy;
using ModelOps.Contracts.Reviews;

namespace ModelOps.Contracts.Datasets;

/// <summary>The data-prep service.</summary>
public sealed class DataPrepClient(HttpClient http)
{
    public Task<Page<Dataset>> ListAsync(StoreId store, CancellationToken cancellationToken = default) =>
        http.GetAsync<Page<Dataset>>(store, "/v1/datasets", cancellationToken);

    public Task<Dataset?> FindAsync(StoreId store, string name, CancellationToken cancellationToken = default) =>
        http.FindAsync<Dataset>(store, $"/v1/datasets/{name}", cancellationToken);

    public Task<DatasetVersion> GetVersionAsync(StoreId store, string name, int version, CancellationToken cancellationToken = default) =>
        http.GetAsync<DatasetVersion>(store, $"/v1/datasets/{name}/versions/{version}", cancellationToken);

    public Task<DatasetReport> GetReportAsync(StoreId store, string name, int version, CancellationToken cancellationToken = default) =>
        http.GetAsync<DatasetReport>(store, $"/v1/datasets/{name}/versions/{version}/report", cancellationToken);

    public Task<DatasetStatistics?> FindStatisticsAsync(StoreId store, string name, int version, CancellationToken cancellationToken = default) =>
        http.FindAsync<DatasetStatistics>(store, $"/v1/datasets/{name}/versions/{version}/statistics", cancellationToken);

    public Task<DatasetLineage?> FindLineageAsync(StoreId store, string name, int version, CancellationToken cancellationToken = default) =>
        http.FindAsync<DatasetLineage>(store, $"/v1/datasets/{name}/versions/{version}/lineage", cancellationToken);

    /// <summary>What shoppers searched for, as far as the version's tables say.</summary>
    public Task<SearchedQueries?> FindQueriesAsync(StoreId store, string name, int version, CancellationToken cancellationToken = default) =>
        http.FindAsync<SearchedQueries>(store, $"/v1/datasets/{name}/versions/{version}/queries", cancellationToken);

    /// <summary>What is different in version <paramref name="other"/> as against <paramref name="version"/>.</summary>
    public Task<DatasetDiff?> FindDiffAsync(StoreId store, string name, int version, int other, CancellationToken cancellationToken = default) =>
        http.FindAsync<DatasetDiff>(store, $"/v1/datasets/{name}/versions/{version}/diff/{other}", cancellationToken);

    /// <summary>The events that have come since the dataset's latest version; null when there is no such dataset.</summary>
    public Task<WaitingEvents?> FindWaitingAsync(StoreId store, string name, CancellationToken cancellationToken = default) =>
        http.FindAsync<WaitingEvents>(store, $"/v1/datasets/{name}/waiting", cancellationToken);

    /// <summary>Starts the preparation of a version; the same <paramref name="idempotencyKey"/> starts it once.</summary>
    public Task<Preparation> PrepareAsync(StoreId store, string name, PrepareRequest request, string idempotencyKey, CancellationToken cancellationToken = default) =>
        http.SendAsync<Preparation>(store, HttpMethod.Post, $"/v1/datasets/{name}/preparations", request, idempotencyKey, cancellationToken);

    public Task<Preparation> GetPreparationAsync(StoreId store, string name, Guid id, CancellationToken cancellationToken = default) =>
        http.GetAsync<Preparation>(store, $"/v1/datasets/{name}/preparations/{id}", cancellationToken);

    /// <summary>Starts an import in the background; the same <paramref name="idempotencyKey"/> starts it once.</summary>
    /// <param name="actor">Who asks for it.</param>
    public Task<Import> ImportAsync(StoreId store, string name, ImportRequest request, string idempotencyKey, string? actor = null, CancellationToken cancellationToken = default) =>
        http.SendAsync<Import>(store, HttpMethod.Post, $"/v1/datasets/{name}/imports", request, idempotencyKey, cancellationToken, actor);

    /// <summary>The newest imports, of all datasets or of one.</summary>
    public Task<Page<Import>> ListImportsAsync(StoreId store, string? name = null, CancellationToken cancellationToken = default) =>
        http.GetAsync<Page<Import>>(store, name is null ? "/v1/imports" : $"/v1/datasets/{name}/imports", cancellationToken);

    public Task<Import> GetImportAsync(StoreId store, string name, Guid id, CancellationToken cancellationToken = default) =>
        http.GetAsync<Import>(store, $"/v1/datasets/{name}/imports/{id}", cancellationToken);

    /// <summary>Questions about labels, the closest calls first.</summary>
    public Task<Page<Review>> ListReviewsAsync(StoreId store, string name, ReviewState state = ReviewState.Open, string? after = null, int limit = Page<Review>.DefaultLimit, CancellationToken cancellationToken = default) =>
        http.GetAsync<Page<Review>>(store, $"/v1/datasets/{name}/reviews?state={state}&limit={limit}{(after is null ? "" : $"&after={after}")}", cancellationToken);

    public Task<IReadOnlyList<ReviewSummary>> SummariseReviewsAsync(StoreId store, string name, CancellationToken cancellationToken = default) =>
        http.GetAsync<IReadOnlyList<ReviewSummary>>(store, $"/v1/datasets/{name}/reviews/summary", cancellationToken);

    /// <param name="actor">Who answers.</param>
    public Task<Review> AnswerReviewAsync(StoreId store, string name, long id, ReviewAnswer answer, string? actor = null, CancellationToken cancellationToken = default) =>
        http.SendAsync<Review>(store, HttpMethod.Put, $"/v1/datasets/{name}/reviews/{id}/answer", answer, null, cancellationToken, actor);

    public Task<Review> SkipReviewAsync(StoreId store, string name, long id, ReviewRevision seen, string? actor = null, CancellationToken cancellationToken = default) =>
        http.SendAsync<Review>(store, HttpMethod.Put, $"/v1/datasets/{name}/reviews/{id}/skip", seen, null, cancellationToken, actor);

    /// <summary>Takes an answer or a skip back.</summary>
    public Task<Review> UndoReviewAsync(StoreId store, string name, long id, int revision, string? actor = null, CancellationToken cancellationToken = default) =>
        http.SendAsync<Review>(store, HttpMethod.Delete, $"/v1/datasets/{name}/reviews/{id}/answer?revision={revision}", null, null, cancellationToken, actor);

    /// <summary>Whom a version knows, or those of them who have all of the tags now.</summary>
    public Task<IReadOnlyList<string>> ListUsersAsync(StoreId store, string name, int version, IReadOnlyDictionary<string, string>? tags = null, CancellationToken cancellationToken = default) =>
        http.GetAsync<IReadOnlyList<string>>(store, $"/v1/datasets/{name}/versions/{version}/users?{string.Join('&', (tags ?? new Dictionary<string, string>()).Select(tag => $"tag={Uri.EscapeDataString($"{tag.Key}:{tag.Value}")}"))}", cancellationToken);

    /// <summary>What a person has said; a purpose that is not there was never asked about.</summary>
    public Task<IReadOnlyList<Consent>> ListConsentsAsync(StoreId store, string user, CancellationToken cancellationToken = default) =>
        http.GetAsync<IReadOnlyList<Consent>>(store, $"/v1/users/{Uri.EscapeDataString(user)}/consent", cancellationToken);

    /// <param name="actor">Who writes it down.</param>
    public Task<IReadOnlyList<Consent>> PutConsentAsync(StoreId store, string user, ConsentChange change, string? actor = null, CancellationToken cancellationToken = default) =>
        http.SendAsync<IReadOnlyList<Consent>>(store, HttpMethod.Put, $"/v1/users/{Uri.EscapeDataString(user)}/consent", change, null, cancellationToken, actor);

    /// <summary>All that is kept of a person, as JSON.</summary>
    public Task<HttpResponseMessage> OpenPersonAsync(StoreId store, string user, CancellationToken cancellationToken = default) =>
        http.OpenAsync(store, $"/v1/users/{Uri.EscapeDataString(user)}", cancellationToken);

    /// <summary>Begins the removal of a person.</summary>
    public Task<Erasure> ErasePersonAsync(StoreId store, string user, string? actor = null, CancellationToken cancellationToken = default) =>
        http.SendAsync<Erasure>(store, HttpMethod.Delete, $"/v1/users/{Uri.EscapeDataString(user)}", null, null, cancellationToken, actor);

    /// <summary>Writes one of <see cref="DatasetFiles"/> to <paramref name="path"/>.</summary>
    public Task DownloadAsync(StoreId store, string name, int version, string file, string path, CancellationToken cancellationToken = default) =>
        http.DownloadAsync(store, $"/v1/datasets/{name}/versions/{version}/files/{file}", path, cancellationToken);
}

/// <summary>A dataset version in the making.</summary>
/// <param name="Version">The finished version, once <paramref name="State"/> is succeeded. An older one when nothing new had come.</param>
public sealed record Preparation(Guid Id, Runs.RunState State, int? Version, string? Error);

/// <summary>Events of the event log that no version of a dataset has taken in yet.</summary>
/// <param name="Version">The latest version.</param>
/// <param name="Events">As rows that a version would get; ten million events are looked at, at most.</param>
public sealed record WaitingEvents(int Version, long Events);
