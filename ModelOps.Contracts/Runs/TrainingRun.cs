using System.Text.Json;

namespace ModelOps.Contracts.Runs;

/// <summary>What to train. Parameters that are absent have the defaults of the architecture and the profile.</summary>
/// <param name="Parameters"><c>profile</c> (<c>fast</c>, <c>best</c>), <c>architecture</c>, and any of the architecture's and the training's own.</param>
public sealed record TrainingRequest(string Dataset, int DatasetVersion, string Model, IReadOnlyDictionary<string, JsonElement>? Parameters)
{
    /// <summary>What is made of the dataset: one of <see cref="ApplicationName"/>; a recommender where it is absent.</summary>
    public string? Application { get; init; }
}

/// <summary>One training, from the dataset to a package that can be registered.</summary>
/// <param name="Epochs">The curve, one point an epoch, in order.</param>
/// <param name="Metrics">The final model on the test split, for example <c>ndcg@10</c>; plus <c>parity</c>, <c>seconds</c>, <c>peak_megabytes</c>, <c>cost</c> where a price is configured.</param>
/// <param name="Comparison">The same metrics for the model and each baseline, by name (<c>model</c>, <c>popularity</c>, <c>frequency</c>…).</param>
/// <param name="Version">The registered version, once there is one.</param>
public sealed record TrainingRun(
    Guid Id,
    string Dataset,
    int DatasetVersion,
    string Model,
    RunState State,
    string? Phase,
    IReadOnlyDictionary<string, JsonElement> Parameters,
    IReadOnlyList<EpochPoint> Epochs,
    IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Comparison,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    string? Error,
    int? Version)
{
    /// <summary>What it makes of the dataset: one of <see cref="ApplicationName"/>.</summary>
    public string Application { get; init; } = ApplicationName.Recommend;

    /// <summary>What it was expected to take when it began; beside it, <see cref="Metrics"/> have what it took. Null before it begins.</summary>
    public RunEstimate? Estimate { get; init; }

    /// <summary>The version that it trains again, to compare and not to register; see <see cref="Reproduction"/>. Null for every other run.</summary>
    public ReproductionRequest? Reproduces { get; init; }
}

/// <summary>One pass over the training data.</summary>
/// <param name="Phase"><c>validate</c> while the number of passes is chosen, <c>refit</c> on all data.</param>
/// <param name="Loss">Mean training loss, in nats a target.</param>
public sealed record EpochPoint(string Phase, int Epoch, double Loss, double? Ndcg10, double? Recall10, double Seconds);
