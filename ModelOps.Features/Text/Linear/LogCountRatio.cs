namespace ModelOps.Features.Text.Linear;

/// <summary>
/// How telling terms are, as naive Bayes sees it (Wang and Manning). Scaling a text's value of a term by r and training on it is the same
/// as training on the value itself with r² as the term's freedom, the variance that its weight is expected to have.
/// </summary>
internal static class LogCountRatio
{
    /// <returns>(columns), around 1.</returns>
    public static float[] Freedom(SparseRows rows, bool[] positive, float share)
    {
        var (with, without) = (new double[rows.Width], new double[rows.Width]);
        Array.Fill(with, 1);
        Array.Fill(without, 1);
        for (var row = 0; row < rows.Count; row++)
        {
            var side = positive[row] ? with : without;
            foreach (var column in rows.Columns(row))
                side[column]++;
        }
        var (all, allWithout) = (with.Sum(), without.Sum());
        var freedom = new float[rows.Width];
        for (var column = 0; column < rows.Width; column++)
        {
            var ratio = Math.Log(with[column] / all / (without[column] / allWithout));
            freedom[column] = (float)Math.Pow(1 - share + (share * Math.Abs(ratio)), 2);
        }
        return freedom;
    }
}
