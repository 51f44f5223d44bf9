using System.Globalization;
using ModelOps.Contracts.Runs;
using ModelOps.Pipeline.Definitions;

namespace ModelOps.Pipeline.Gates;

/// <summary>Holds a training against the conditions of a gate; each gets a verdict with its numbers, not only the first that fails.</summary>
internal static class GateJudge
{
    public static IEnumerable<GateVerdict> Judge(GateDefinition gate, GateEvidence evidence)
    {
        if (evidence.Value(gate.Metric) is not { } value)
        {
            yield return Missing(gate.Metric, $"the training reports no such metric; it has {string.Join(", ", evidence.Metrics)}.");
            yield break;
        }
        if (gate.AtLeast is { } least)
            yield return Of($"{gate.Metric} at least {Text(least)}", value >= least, value, least, value >= least ? $"{Text(value)}." : $"{Text(value)} is below {Text(least)}.");
        if (gate.AtMost is { } most)
            yield return Of($"{gate.Metric} at most {Text(most)}", value <= most, value, most, value <= most ? $"{Text(value)}." : $"{Text(value)} is above {Text(most)}.");
        if (gate.BetterThan is { } baseline)
            yield return BetterThan(gate.Metric, value, baseline, evidence);
        if (gate.NoWorseThan is { } other)
            yield return NoWorseThan(gate, value, other, evidence);
    }

    private static GateVerdict BetterThan(string metric, double value, string baseline, GateEvidence evidence)
    {
        var name = $"{metric} better than {baseline}";
        if (NothingToCompare(name, baseline, evidence) is { } verdict)
            return verdict;
        if (RowOf(baseline, evidence) is not { } row || !row.TryGetValue(metric, out var bar))
            return Missing(name, NoBaseline(metric, baseline, evidence));
        return Of(name, value > bar, value, bar, value > bar ? $"{Text(value)} against {Text(bar)}." : $"{Text(value)} is not above {baseline}'s {Text(bar)}.") with { Baseline = bar };
    }

    /// <summary>
    /// Non-inferiority: the lower end of the difference's 95 % interval must not be below the loss that is allowed. Where the training has
    /// compared the two case by case, that paired interval counts. Else each was measured on test cases of its own, and the interval of the
    /// difference is made of the two bootstrap intervals (Zou and Donner, <i>Construction of confidence limits about effect measures</i>, 2008).
    /// </summary>
    private static GateVerdict NoWorseThan(GateDefinition gate, double value, string baseline, GateEvidence evidence)
    {
        var metric = gate.Metric;
        var name = $"{metric} no worse than {baseline}";
        if (NothingToCompare(name, baseline, evidence) is { } verdict)
            return verdict;
        if (RowOf(baseline, evidence) is not { } row || !row.TryGetValue(metric, out var bar))
            return Missing(name, NoBaseline(metric, baseline, evidence));
        if ((Paired(metric, row) ?? Independent(metric, value, bar, row, evidence)) is not { } difference)
            return Missing(name, $"no interval of {metric} is known for {baseline} and this training; too few test cases, or an older version. Use better_than or at_least.");
        var limit = -gate.LossAtMost * Math.Abs(bar);
        var holds = difference.Low >= limit;
        return new GateVerdict(name, holds, difference.Mean, difference.Low, difference.High, limit, bar,
            $"{name}: {Text(value)} against {Text(bar)}, a difference of {Text(difference.Mean)} ({Text(difference.Low)} to {Text(difference.High)}); at least {Text(limit)} is {(holds ? "" : "not ")}certain.");
    }

    private static (double Mean, double Low, double High)? Paired(string metric, IReadOnlyDictionary<string, double> row)
    {
        var lead = MetricName.Lead(metric);
        return row.TryGetValue(lead, out var mean) && row.TryGetValue(MetricName.Low(lead), out var low) && row.TryGetValue(MetricName.High(lead), out var high) ? (mean, low, high) : null;
    }

    private static (double Mean, double Low, double High)? Independent(string metric, double value, double bar, IReadOnlyDictionary<string, double> row, GateEvidence evidence)
    {
        if (evidence.Value(MetricName.Low(metric)) is not { } low || evidence.Value(MetricName.High(metric)) is not { } high
            || !row.TryGetValue(MetricName.Low(metric), out var barLow) || !row.TryGetValue(MetricName.High(metric), out var barHigh))
            return null;
        var mean = value - bar;
        return (mean, mean - double.Hypot(value - low, barHigh - bar), mean + double.Hypot(high - value, bar - barLow));
    }

    private static IReadOnlyDictionary<string, double>? RowOf(string baseline, GateEvidence evidence) =>
        evidence.Run.Comparison.TryGetValue(baseline, out var row) ? row : baseline == GateEvidence.ChampionName ? evidence.Champion?.Metrics : null;

    /// <summary>A model's first version has no champion to be held against.</summary>
    private static GateVerdict? NothingToCompare(string name, string baseline, GateEvidence evidence) =>
        baseline == GateEvidence.ChampionName && evidence.Champion is null && !evidence.Run.Comparison.ContainsKey(baseline)
            ? new GateVerdict(name, true, null, null, null, null, null, $"{name}: there is no champion yet.") : null;

    private static string NoBaseline(string metric, string baseline, GateEvidence evidence) => evidence.Baselines.Contains(baseline)
        ? $"{baseline} has no {metric}."
        : $"the training has no baseline '{baseline}'; it has {string.Join(", ", evidence.Baselines)}.";

    private static GateVerdict Missing(string name, string reason) => new(name, false, null, null, null, null, null, $"{name}: {reason}");

    private static GateVerdict Of(string name, bool holds, double value, double limit, string reason) =>
        new(name, holds, double.IsFinite(value) ? value : null, null, null, limit, null, $"{name}: {reason}");

    private static string Text(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
}
