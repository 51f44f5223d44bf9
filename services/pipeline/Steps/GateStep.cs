using System.Globalization;
using ModelOps.Contracts.Runs;
using ModelOps.Pipeline.Definitions;

namespace ModelOps.Pipeline.Steps;

/// <summary>Refuses a model that is not good enough to be shown. Every gate is tried, not only the first that fails.</summary>
internal sealed class GateStep(TrainerClient trainer) : IStep
{
    public string Name => "gate";

    public async Task RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var run = await trainer.GetAsync(context.Store, Guid.Parse(context.Input(TrainStep.TrainingRun)), cancellationToken);
        var refused = context.Definition.Gates.Select(gate => Refusal(gate, run)).OfType<string>().ToList();
        context.Metrics["passed"] = context.Definition.Gates.Count - refused.Count;
        context.Metrics["failed"] = refused.Count;
        if (refused.Count > 0)
            throw new StepFailedException(string.Join(" ", refused) + " The version is not deployed.");
    }

    internal static string? Refusal(GateDefinition gate, TrainingRun run)
    {
        if (!run.Metrics.TryGetValue(gate.Metric, out var value))
            return $"Gate {gate.Metric}: the training reports no such metric; it has {string.Join(", ", run.Metrics.Keys)}.";
        if (gate.AtLeast is { } least && !(value >= least))
            return $"Gate {gate.Metric}: {Text(value)} is below {Text(least)}.";
        if (gate.AtMost is { } most && !(value <= most))
            return $"Gate {gate.Metric}: {Text(value)} is above {Text(most)}.";
        if (gate.BetterThan is not { } baseline)
            return null;
        return run.Comparison.TryGetValue(baseline, out var metrics) && metrics.TryGetValue(gate.Metric, out var bar)
            ? value > bar ? null : $"Gate {gate.Metric}: {Text(value)} is not above {baseline}'s {Text(bar)}."
            : $"Gate {gate.Metric}: the training has no baseline '{baseline}'; it has {string.Join(", ", run.Comparison.Keys)}.";
    }

    private static string Text(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
}
