namespace ModelOps.Monitor.Verdicts;

/// <summary>
/// A rate over shoppers: hits per trial, where a shopper's trials are not independent of each other. The sums over shoppers of
/// each one's trials m and hits x suffice for the ratio Σx / Σm and for its cluster-robust variance (the delta method; Deng, Knoblich
/// and Lu, "Applying the Delta Method in Metric Analytics", KDD 2018).
/// </summary>
/// <param name="Shoppers">Those with at least one trial.</param>
/// <param name="Trials">Σm, for example products shown.</param>
/// <param name="Hits">Σx, for example clicks.</param>
internal sealed record UserSums(long Shoppers, double Trials, double Hits, double TrialsSquared, double TrialsHits, double HitsSquared)
{
    public static UserSums None { get; } = new(0, 0, 0, 0, 0, 0);

    public double Rate => Trials > 0 ? Hits / Trials : 0;

    /// <summary>Of one trial: the variance of <see cref="Rate"/> is this over <see cref="Trials"/>. Small where shoppers are few, so callers give it a floor.</summary>
    public double Variance => Trials > 0 ? Math.Max(0, HitsSquared - (2 * Rate * TrialsHits) + (Rate * Rate * TrialsSquared)) / Trials : 0;

    public static UserSums Of(IEnumerable<(double Trials, double Hits)> shoppers) => shoppers.Aggregate(None, (sums, shopper) => sums.With(shopper.Trials, shopper.Hits));

    public UserSums With(double trials, double hits) =>
        new(Shoppers + 1, Trials + trials, Hits + hits, TrialsSquared + (trials * trials), TrialsHits + (trials * hits), HitsSquared + (hits * hits));

    /// <summary>The sums after a shopper, already among them, had more trials and hits.</summary>
    public UserSums Grown(double trials, double hits, double moreTrials, double moreHits) => this with
    {
        Trials = Trials + moreTrials,
        Hits = Hits + moreHits,
        TrialsSquared = TrialsSquared + (moreTrials * ((2 * trials) + moreTrials)),
        TrialsHits = TrialsHits + ((trials + moreTrials) * (hits + moreHits)) - (trials * hits),
        HitsSquared = HitsSquared + (moreHits * ((2 * hits) + moreHits)),
    };
}
