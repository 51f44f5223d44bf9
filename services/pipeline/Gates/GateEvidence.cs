using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.Contracts.Versions;

namespace ModelOps.Pipeline.Gates;

/// <summary>What gates look at.</summary>
/// <param name="Rows">Of the dataset version that was trained with.</param>
/// <param name="Champion">The version that shoppers see now; null while there is none.</param>
internal sealed record GateEvidence(TrainingRun Run, DatasetRows Rows, ModelVersion? Champion)
{
    /// <summary>The row of a comparison that stands for <see cref="Champion"/>.</summary>
    public const string ChampionName = "champion";

    /// <summary>Of the source rows, those put aside, 0..1.</summary>
    public const string QuarantinedShare = "quarantined_share";

    /// <summary>A metric of the training, or of the data.</summary>
    public double? Value(string metric) =>
        metric == QuarantinedShare ? Rows.Read == 0 ? 0 : (double)Rows.Quarantined / Rows.Read : Run.Metrics.TryGetValue(metric, out var value) ? value : null;

    public IEnumerable<string> Metrics => Run.Metrics.Keys.Where(MetricName.IsPlain).Append(QuarantinedShare);

    /// <summary>Those that a gate can compare with.</summary>
    public IEnumerable<string> Baselines => Run.Comparison.Keys.Append(ChampionName).Distinct();
}
