using System.Text.Json;
using ModelOps.Contracts;
using ModelOps.Contracts.Runs;
using ModelOps.Trainer.Training;

namespace ModelOps.Trainer.Runs;

/// <summary>A row of <c>runs</c>. What varies in shape is JSON.</summary>
public sealed class Run
{
    public Guid Id { get; init; }

    /// <summary>Order of creation; the cursor of lists.</summary>
    public long Number { get; init; }

    public required string Store { get; init; }

    public string? IdempotencyKey { get; init; }

    public required string Dataset { get; init; }

    public int DatasetVersion { get; init; }

    public required string Model { get; init; }

    /// <summary>One of <see cref="ApplicationName"/>.</summary>
    public string Application { get; init; } = ApplicationName.Recommend;

    public RunState State { get; set; }

    public string? Phase { get; set; }

    public string Parameters { get; init; } = "{}";

    /// <summary>The number of the trial whose setting the run trains with; null where it searches still, or nothing is searched.</summary>
    public int? Chosen { get; set; }

    /// <summary>The version whose weights it begins with, once that is settled: an alias may move while it trains. 0 for none.</summary>
    public int? StartVersion { get; set; }

    /// <summary>True while its trials go on, before its own training.</summary>
    public bool IsSearching => Chosen is null && Read<JsonElement>(Parameters).TryGetProperty("search", out var search) && search.ValueKind is not JsonValueKind.Null;

    /// <summary>JSON: what was known of it when it began; see <see cref="Estimates.RunSize"/>.</summary>
    public string? Size { get; set; }

    /// <summary>The kind of machine that it ran on last.</summary>
    public string? Machine { get; set; }

    /// <summary>JSON: what it was expected to take; see <see cref="RunEstimate"/>.</summary>
    public string? Estimate { get; set; }

    public string Epochs { get; set; } = "[]";

    public string Metrics { get; set; } = "{}";

    public string Comparison { get; set; } = "{}";

    /// <summary>The last lines that the worker printed.</summary>
    public string Log { get; set; } = "";

    public string? Error { get; set; }

    /// <summary>Times that the worker died without a word.</summary>
    public int Crashes { get; set; }

    /// <summary>The highest fencing token that wrote here; a lower one is refused.</summary>
    public long Token { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>JSON: the version that it trains again, see <see cref="ReproductionRequest"/>; such a run is compared and not registered. Null for the others.</summary>
    public string? Reproduces { get; set; }

    /// <summary>JSON: how it compares, once that is known; see <see cref="ReproductionReport"/>.</summary>
    public string? Reproduction { get; set; }

    /// <summary>The version in the registry.</summary>
    public int? Version { get; set; }

    /// <summary>True when its blobs were removed to make room.</summary>
    public bool Pruned { get; set; }

    public static Run Of(StoreId store, TrainingRequest request, IReadOnlyDictionary<string, JsonElement> parameters, string? idempotencyKey, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        Store = store.Value,
        IdempotencyKey = idempotencyKey,
        Dataset = request.Dataset,
        DatasetVersion = request.DatasetVersion,
        Model = request.Model,
        Application = request.Application ?? ApplicationName.Recommend,
        Parameters = JsonSerializer.Serialize(parameters),
        State = RunState.Queued,
        CreatedAt = now,
    };

    /// <summary>The parameters of a recommender as they were accepted.</summary>
    public TrainingParameters Parse() => TrainingParameters.Parse(Read<Dictionary<string, JsonElement>>(Parameters), out var errors)
        ?? throw new InvalidOperationException($"Run {Id} has parameters that this build does not accept: {string.Join(" ", errors.Values.SelectMany(error => error))}");

    /// <summary>What a worker trains with: the run's own parameters, and <paramref name="setting"/> over them.</summary>
    public IReadOnlyDictionary<string, JsonElement> ParametersWith(IReadOnlyDictionary<string, JsonElement>? setting)
    {
        var parameters = Read<Dictionary<string, JsonElement>>(Parameters);
        parameters.Remove("search");
        foreach (var (name, value) in setting ?? new Dictionary<string, JsonElement>())
            parameters[name] = value;
        return parameters;
    }

    public TrainingRun ToContract() => new(
        Id, Dataset, DatasetVersion, Model, State, Phase,
        Read<Dictionary<string, JsonElement>>(Parameters), Read<List<EpochPoint>>(Epochs), Read<Dictionary<string, double>>(Metrics),
        Read<Dictionary<string, IReadOnlyDictionary<string, double>>>(Comparison),
        CreatedAt, StartedAt, EndedAt, Error, Version)
    {
        Application = Application,
        Estimate = Estimate is null ? null : Read<RunEstimate>(Estimate),
        Reproduces = Reproduces is null ? null : Read<ReproductionRequest>(Reproduces),
    };

    /// <summary>Whether <paramref name="other"/> asks for the same training.</summary>
    public bool Asks(Run other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return (Reproduces is null) == (other.Reproduces is null) && Dataset == other.Dataset && DatasetVersion == other.DatasetVersion && Model == other.Model && Application == other.Application
            && JsonElement.DeepEquals(AskedFor(Parameters), AskedFor(other.Parameters));
    }

    /// <summary>Without the version of pictures, which was settled when the first of two equal requests came.</summary>
    private static JsonElement AskedFor(string parameters)
    {
        var asked = Read<Dictionary<string, JsonElement>>(parameters);
        if (asked.GetValueOrDefault("pictures") is { ValueKind: JsonValueKind.String } pictures)
            asked["pictures"] = JsonSerializer.SerializeToElement(ModelReference.Of(pictures.GetString()!).Model);
        return JsonSerializer.SerializeToElement(asked);
    }

    private static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json)!;
}
