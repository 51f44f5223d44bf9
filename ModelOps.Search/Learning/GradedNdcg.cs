namespace ModelOps.Search.Learning;

/// <summary>
/// Järvelin and Kekäläinen's normalised discounted cumulative gain of the first ten, with Burges's gain 2^grade − 1 and the discount
/// log2(rank + 1). The ideal ranking is that of all judged products.
/// </summary>
public static class GradedNdcg
{
    public const int Cutoff = 10;

    /// <param name="ranking">Product ids, best first.</param>
    /// <param name="condensed">Leaves out what was not judged instead of taking it as irrelevant (Sakai).</param>
    /// <param name="linear">The grade itself is the gain.</param>
    /// <returns>0 to 1; 0 where no product has a grade above 0.</returns>
    public static double Of(IEnumerable<string> ranking, IReadOnlyDictionary<string, double> grades, bool condensed = false, bool linear = false)
    {
        ArgumentNullException.ThrowIfNull(ranking);
        ArgumentNullException.ThrowIfNull(grades);
        if (condensed)
            ranking = ranking.Where(grades.ContainsKey);
        var ideal = Gain(grades.Values.OrderDescending(), linear);
        return ideal > 0 ? Gain(ranking.Take(Cutoff).Select(id => grades.GetValueOrDefault(id)), linear) / ideal : 0;
    }

    private static double Gain(IEnumerable<double> grades, bool linear) =>
        grades.Take(Cutoff).Select((grade, rank) => (linear ? grade : Math.Pow(2, grade) - 1) / Math.Log2(rank + 2)).Sum();
}
