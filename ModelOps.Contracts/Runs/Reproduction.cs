namespace ModelOps.Contracts.Runs;

/// <summary>Which version to train again.</summary>
public sealed record ReproductionRequest(string Model, int Version);

/// <summary>A version trained again from its lineage, and what came out otherwise. Nothing of it is registered.</summary>
/// <param name="Id">Also the run's: <c>/v1/runs/{id}</c> shows its curve and log.</param>
/// <param name="Report">Once the run has succeeded.</param>
public sealed record Reproduction(
    Guid Id, string Model, int Version, RunState State, string? Error, ReproductionReport? Report, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt);

/// <summary>A version held against what its lineage gives today.</summary>
/// <param name="IsEqual">True when nothing contradicts the lineage, and every metric and every file is the same.</param>
/// <param name="Findings">In sentences: what is different, and why as far as that can be told.</param>
/// <param name="LargestWeightDifference">Where the network's weights are not the same.</param>
public sealed record ReproductionReport(
    bool IsEqual, IReadOnlyList<string> Findings, IReadOnlyList<ReproducedMetric> Metrics, IReadOnlyList<ReproducedFile> Files, WeightDifference? LargestWeightDifference);

/// <param name="Was">The version's; null where it had none of this name.</param>
/// <param name="Is">The new training's.</param>
public sealed record ReproducedMetric(string Name, double? Was, double? Is)
{
    public bool IsEqual => Was.Equals(Is);
}

/// <param name="WasSha256">The version's; null where it had no such file.</param>
/// <param name="IsSha256">The new training's.</param>
public sealed record ReproducedFile(string Path, string? WasSha256, string? IsSha256)
{
    public bool IsEqual => WasSha256 == IsSha256;
}

/// <param name="Tensor">The name of the weights that differ most.</param>
/// <param name="Value">The largest difference of a number; null where the shapes differ.</param>
public sealed record WeightDifference(string Tensor, double? Value);
