namespace ModelOps.DataPrep.Statistics;

/// <summary>Where the bars of a histogram begin and end: at multiples of a step that people count in.</summary>
internal static class BarEdges
{
    private const int MostNumbers = 24;
    private const int MostTimes = 40;
    private const double Finest = 1e-12; // of the value, which a double still tells apart
    private const int Hour = 3600; // s
    private const int Day = 24 * Hour;

    /// <summary>Whole weeks from a week on, so that each bar has as many weekends as the next.</summary>
    private static readonly double[] TimeSteps = [Hour, 2 * Hour, 3 * Hour, 6 * Hour, 12 * Hour, Day, 2 * Day, 7 * Day, 14 * Day, 28 * Day, 91 * Day, 364 * Day];

    /// <summary>The edges of bars that hold <paramref name="from"/> to <paramref name="to"/>, one more than there are bars.</summary>
    /// <param name="isWhole">For whole numbers, whose bars are never narrower than 1.</param>
    public static IReadOnlyList<double> Of(double from, double to, string kind, bool isWhole)
    {
        var (steps, most) = kind == "time" ? (Times(), MostTimes) : (Numbers(isWhole ? 1 : Math.Max((to - from) / MostNumbers, Finest * Math.Max(Math.Abs(from), Math.Abs(to)))), MostNumbers);
        var (step, digits) = steps.First(step => Math.Floor(to / step.Width) - Math.Floor(from / step.Width) < most);
        var first = Math.Floor(from / step);
        return [.. Enumerable.Range(0, (int)(Math.Floor(to / step) - first) + 2).Select(bar => Math.Round((first + bar) * step, digits))];
    }

    private static IEnumerable<(double Width, int Digits)> Times()
    {
        foreach (var step in TimeSteps)
            yield return (step, 0);
        for (var years = 2d; ; years *= 2)
            yield return (years * TimeSteps[^1], 0);
    }

    /// <summary>1, 2, 5, 10, 20 … from about <paramref name="least"/> on.</summary>
    private static IEnumerable<(double Width, int Digits)> Numbers(double least)
    {
        for (var power = (int)Math.Floor(Math.Log10(least)); ; power++)
            foreach (var part in new[] { 1, 2, 5 })
                yield return (part * Math.Pow(10, power), Math.Clamp(-power, 0, 15));
    }
}
