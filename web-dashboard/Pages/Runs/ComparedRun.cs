using ModelOps.Contracts.Runs;
using ModelOps.Dashboard.Reading;

namespace ModelOps.Dashboard.Pages.Runs;

/// <summary>A run beside others, with the training that belongs to it.</summary>
/// <param name="Training">Null while there is none, and for a pipeline without one.</param>
/// <param name="Colour">Of its lines, everywhere on the page.</param>
public sealed record ComparedRun(PipelineRun Run, TrainingRun? Training, string Colour)
{
    private const string Model = "model";

    public string Name => $"{Run.Model}{(Run.Output("modelVersion") is { } version ? $" v{version}" : "")} · {Written.Short(Run.Id)}";

    /// <summary>What was measured of the model, with the ends of the intervals; as <see cref="MetricName"/> has it.</summary>
    public IReadOnlyDictionary<string, double> Measured { get; } = new Dictionary<string, double>(
        (Training?.Metrics ?? new Dictionary<string, double>()).Concat(Training?.Comparison.GetValueOrDefault(Model) ?? new Dictionary<string, double>()).GroupBy(metric => metric.Key)
            .Select(same => KeyValuePair.Create(same.Key, same.Last().Value)));

    /// <summary>What it was trained with: every parameter where the trainer has completed them, else those that were asked for.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; } = (Training?.Parameters ?? Run.Parameters).ToDictionary(parameter => parameter.Key, parameter => parameter.Value.ToString());

    public CurveLine? Line(Func<EpochPoint, double?> value)
    {
        var phase = (Training?.Epochs ?? []).Where(point => value(point) is not null).GroupBy(point => point.Phase).FirstOrDefault();
        return phase is null ? null : new CurveLine(Name, [.. phase.Select(point => new CurvePoint(point.Epoch, value(point)!.Value))]) { Colour = Colour };
    }
}
