namespace ModelOps.Trainer.Campaigns;

/// <summary>Newer rows count more, where what is learned changes over time.</summary>
public static class RecencyWeights
{
    /// <param name="rows">In the order of time.</param>
    /// <param name="halfLife">After so many rows a row counts half.</param>
    public static float[] Of(int rows, double halfLife) => [.. Enumerable.Range(0, rows).Select(row => (float)Math.Pow(0.5, (rows - 1 - row) / halfLife))];
}
