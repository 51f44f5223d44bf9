namespace ModelOps.Monitor.Drift.Profiles;

/// <summary>Numbers are counted in bins that are each a tenth wider than the last, so that prices of cents and of thousands, seconds and weeks are told apart alike.</summary>
internal static class LogBins
{
    /// <summary>Of the natural logarithm.</summary>
    public const double Width = .1;

    public const int Count = 320;

    private const double Least = 1e-3;

    /// <summary>The first bin is for 0 and what is below.</summary>
    public static int Of(double value) => value < Least ? 0 : Math.Clamp(1 + (int)Math.Floor(Math.Log(value / Least) / Width), 1, Count - 1);

    /// <summary>The smallest number in a bin.</summary>
    public static double From(int bin) => bin == 0 ? 0 : Least * Math.Exp((bin - 1) * Width);
}
