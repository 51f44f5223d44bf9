namespace ModelOps.Monitor.Verdicts;

/// <summary>What an arm did in a step.</summary>
/// <param name="Reactions">To the answers of whole minutes that shoppers have had time for.</param>
internal sealed record ArmTotals(long Requests, long Failures, long Compared, double Overlap, IReadOnlyList<long> LatencyCounts, Reactions Reactions)
{
    public static ArmTotals None { get; } = new(0, 0, 0, 0, Quality.LatencyHistogram.Empty(), Reactions.None);

    /// <summary>Of the shoppers, as the rollout divides them; for a shadow, of the answers.</summary>
    public double Percent { get; init; }

    /// <summary>Shares of searches or of answers to customers that guards name, by <see cref="Contracts.Quality.OutcomeMetric"/>; of the same minutes as <see cref="Reactions"/>.</summary>
    public IReadOnlyDictionary<string, UserSums> Outcomes { get; init; } = new Dictionary<string, UserSums>();

    public double LatencyP99 => Quality.LatencyHistogram.Quantile(LatencyCounts, .99);

    public bool IsShadow => Compared > 0;
}

/// <summary>What shoppers did with answers, by shopper. Answers for nobody in particular are left out: nobody was assigned to an arm for them.</summary>
/// <param name="Clicks">Per product shown.</param>
/// <param name="Purchases">Per product shown.</param>
internal sealed record Reactions(long Answers, UserSums Clicks, UserSums Purchases)
{
    public static Reactions None { get; } = new(0, UserSums.None, UserSums.None);
}
