using System.Text.Json;
using ModelOps.Contracts.Runs;
using ModelOps.Features;

namespace ModelOps.Trainer.Training;

/// <summary>One line of a worker's standard output. Exactly one member is set.</summary>
/// <param name="Phase">What the worker is at now.</param>
/// <param name="Epoch">One more pass, whose checkpoint is on disk.</param>
/// <param name="Result">The end: the package is on disk.</param>
/// <param name="Error">The end: what went wrong and what to do.</param>
public sealed record WorkerMessage(string? Phase = null, EpochPoint? Epoch = null, TrainingResult? Result = null, string? Error = null)
{
    public string ToLine() => JsonSerializer.Serialize(this, PackageJson.Line);

    /// <summary>The message of a line, or null for anything else that was printed.</summary>
    public static WorkerMessage? TryParse(string line)
    {
        try
        {
            return line.StartsWith('{') ? JsonSerializer.Deserialize<WorkerMessage>(line, PackageJson.Line) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

public sealed record TrainingResult(IReadOnlyDictionary<string, double> Metrics, IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Comparison);
