namespace ModelOps.Trainer.Campaigns.Evaluation;

/// <summary>A customer of a campaign with a control group.</summary>
/// <param name="Score">Who has more is approached first.</param>
public readonly record struct UpliftCase(double Score, bool Treated, double Outcome);

/// <summary>A point of a curve.</summary>
/// <param name="Share">Of the customers, those with the highest scores.</param>
/// <param name="Gain">Extra outcome per customer of all when that share is treated.</param>
public readonly record struct CurvePoint(double Share, double Gain);

/// <summary>
/// What treating the customers with the highest scores gains over treating nobody, of a randomised campaign. Among the first k customers let
/// Yt, Yc be the outcomes and Nt, Nc the numbers of the treated and of the control group, N all customers and T all treated:
/// the Qini curve is (Yt − Yc · Nt / Nc) / T (Radcliffe, "Using control groups to target on predicted lift", 2007), the uplift curve is
/// (Yt / Nt − Yc / Nc) · k / N (Gutierrez and Gérardy, PMLR 67, 2017). Customers with the same score enter together. The area over the
/// straight line from 0 to the curve's end, which treating at random gains, is the Qini value here; the uplift curve's is the AUUC over random.
/// </summary>
public sealed class UpliftCurve
{
    private UpliftCurve(IReadOnlyList<CurvePoint> qini, IReadOnlyList<CurvePoint> uplift) => (Qini, Uplift) = (qini, uplift);

    public IReadOnlyList<CurvePoint> Qini { get; }
    public IReadOnlyList<CurvePoint> Uplift { get; }

    /// <summary>Area between the Qini curve and its chord; 0 is chance.</summary>
    public double QiniValue => Area(Qini) - Chord(Qini);

    /// <summary>Area under the uplift curve.</summary>
    public double Auuc => Area(Uplift);

    /// <summary>Area between the uplift curve and its chord; 0 is chance.</summary>
    public double AuucOverRandom => Area(Uplift) - Chord(Uplift);

    /// <exception cref="ArgumentException">There is no treated or no control customer.</exception>
    public static UpliftCurve Of(IReadOnlyList<UpliftCase> cases)
    {
        ArgumentNullException.ThrowIfNull(cases);
        var treated = cases.Count(one => one.Treated);
        if (treated == 0 || treated == cases.Count)
            throw new ArgumentException($"{treated} of {cases.Count} customers are treated. Uplift needs treated ones and a control group.", nameof(cases));
        List<CurvePoint> qini = [new(0, 0)], uplift = [new(0, 0)];
        var sums = new GroupSums();
        var ordered = cases.OrderByDescending(one => one.Score).ToArray();
        for (var k = 0; k < ordered.Length; k++)
        {
            sums.Add(ordered[k]);
            if (k + 1 < ordered.Length && ordered[k + 1].Score == ordered[k].Score)
                continue;
            var share = (k + 1.0) / ordered.Length;
            qini.Add(new(share, sums.Qini / treated));
            uplift.Add(new(share, sums.Uplift * share));
        }
        return new UpliftCurve(qini, uplift);
    }

    /// <summary>Difference of the mean outcomes of treated and control among the <paramref name="share"/> with the highest scores.</summary>
    public static double At(IReadOnlyList<UpliftCase> cases, double share)
    {
        ArgumentNullException.ThrowIfNull(cases);
        var sums = new GroupSums();
        foreach (var one in cases.OrderByDescending(one => one.Score).Take((int)Math.Round(share * cases.Count)))
            sums.Add(one);
        return sums.Uplift;
    }

    private static double Area(IReadOnlyList<CurvePoint> curve)
    {
        var area = 0.0;
        for (var i = 1; i < curve.Count; i++)
            area += (curve[i].Share - curve[i - 1].Share) * (curve[i].Gain + curve[i - 1].Gain) / 2;
        return area;
    }

    private static double Chord(IReadOnlyList<CurvePoint> curve) => curve[^1].Gain / 2;

    private sealed class GroupSums
    {
        private double treated, control, treatedOutcome, controlOutcome;

        public double Qini => treatedOutcome - (control > 0 ? controlOutcome * treated / control : 0);

        public double Uplift => (treated > 0 ? treatedOutcome / treated : 0) - (control > 0 ? controlOutcome / control : 0);

        public void Add(UpliftCase one)
        {
            if (one.Treated)
                (treated, treatedOutcome) = (treated + 1, treatedOutcome + one.Outcome);
            else
                (control, controlOutcome) = (control + 1, controlOutcome + one.Outcome);
        }
    }
}
