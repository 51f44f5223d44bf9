using System.Globalization;
using ModelOps.Contracts.Runs;
using ModelOps.Dashboard.Reading;

namespace ModelOps.Dashboard.Pages.Runs;

/// <summary>A search's trials as parallel coordinates: an axis for each parameter that varies, the last one for what came of it.</summary>
internal sealed class TrialsFigure
{
    public const double Width = 1000, Height = 240, Top = 26, Bottom = 216;
    private const double Side = 70, LogarithmicFrom = 30;

    public TrialsFigure(IReadOnlyList<TuningTrial> trials)
    {
        var names = trials.SelectMany(trial => trial.Parameters.Keys).Distinct().Order()
            .Where(name => trials.Select(trial => Text(trial, name)).Distinct().Count() > 1).ToList();
        var step = (Width - 2 * Side) / Math.Max(1, names.Count);
        Axes = [.. names.Select((name, index) => Axis.Of(name, Side + index * step, [.. trials.Select(trial => Text(trial, name)).OfType<string>()])),
            Axis.Of(Outcome, Side + names.Count * step, [.. trials.Where(trial => trial.Ndcg10.Count > 0).Select(trial => trial.Ndcg10[^1].ToString("R", CultureInfo.InvariantCulture))])];
        Lines = [.. trials.Where(trial => trial.Ndcg10.Count > 0).OrderBy(trial => trial.Chosen).ThenBy(trial => trial.Ndcg10[^1])
            .Select((trial, rank) => new TrialLine(trial, PointsOf(trial), (rank + 1d) / trials.Count))];
    }

    public const string Outcome = "NDCG@10";

    public IReadOnlyList<Axis> Axes { get; }

    /// <summary>The best last, so that it is on top.</summary>
    public IReadOnlyList<TrialLine> Lines { get; }

    private string PointsOf(TuningTrial trial) => string.Join(' ', Axes
        .Select(axis => (axis.X, Y: axis.Place(axis.Name == Outcome ? trial.Ndcg10[^1].ToString("R", CultureInfo.InvariantCulture) : Text(trial, axis.Name))))
        .Where(point => point.Y is not null).Select(point => FormattableString.Invariant($"{point.X:0.#},{point.Y:0.#}")));

    private static string? Text(TuningTrial trial, string name) => trial.Parameters.TryGetValue(name, out var value) ? value.ToString() : null;

    /// <param name="Rank">Of its outcome, up to 1 for the best.</param>
    internal sealed record TrialLine(TuningTrial Trial, string Points, double Rank);

    /// <summary>Numbers from the lowest to the highest, by magnitude where they span some; anything else in order.</summary>
    internal sealed record Axis(string Name, double X, IReadOnlyList<string> Labels, Func<string, double?> Position)
    {
        public double? Place(string? value) => value is not null && Position(value) is { } position ? Bottom - position * (Bottom - Top) : null;

        public static Axis Of(string name, double x, IReadOnlyList<string> values)
        {
            var numbers = values.Select(Number).OfType<double>().ToList();
            if (numbers.Count == values.Count && numbers.Count > 0)
            {
                var (low, high) = (numbers.Min(), numbers.Max());
                var isLogarithmic = low > 0 && high / low >= LogarithmicFrom;
                double Scale(double number) => isLogarithmic ? Math.Log(number) : number;
                return new Axis(name, x, [Written.Metric(low), Written.Metric(high)],
                    text => Number(text) is { } number ? high > low ? (Scale(number) - Scale(low)) / (Scale(high) - Scale(low)) : .5 : null);
            }
            var known = values.Distinct().Order().ToList();
            return new Axis(name, x, known.Count == 0 ? ["", ""] : [known[0], known[^1]], text => known.IndexOf(text) is >= 0 and var index ? known.Count > 1 ? index / (known.Count - 1d) : .5 : null);
        }

        private static double? Number(string text) => double.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
