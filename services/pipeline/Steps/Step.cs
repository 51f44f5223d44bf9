using System.Globalization;
using System.Text.Json;
using ModelOps.Contracts;
using ModelOps.Contracts.Runs;
using ModelOps.Pipeline.Definitions;

namespace ModelOps.Pipeline.Steps;

/// <summary>One stage of a pipeline. It may be begun again after a crash: whatever it asks of a service carries <see cref="StepContext.IdempotencyKey"/>.</summary>
internal interface IStep
{
    string Name { get; }

    /// <exception cref="StepFailedException">The step cannot succeed, whenever it is repeated.</exception>
    Task RunAsync(StepContext context, CancellationToken cancellationToken);
}

/// <summary>What a step knows of its run, and where it leaves what it found.</summary>
internal sealed class StepContext
{
    public required Guid RunId { get; init; }
    public required StoreId Store { get; init; }
    public required string Step { get; init; }
    public required string Dataset { get; init; }
    public required string Model { get; init; }
    public required PipelineDefinition Definition { get; init; }
    public required IReadOnlyDictionary<string, JsonElement> Parameters { get; init; }

    /// <summary>The outputs of the steps before this one.</summary>
    public required IReadOnlyDictionary<string, string> Inputs { get; init; }

    /// <summary>What a person has decided of the run; null while nobody has.</summary>
    public RunApproval? Approval { get; init; }

    /// <summary>Shows the step's numbers and outputs while it runs.</summary>
    public required Func<Task> ReportAsync { get; init; }

    public Dictionary<string, double> Metrics { get; } = [];

    public Dictionary<string, string> Outputs { get; } = [];

    /// <summary>The verdicts of gates.</summary>
    public IReadOnlyList<GateVerdict> Gates { get; set; } = [];

    public string IdempotencyKey => $"{RunId}/{Step}";

    public string Input(string name) => Inputs.TryGetValue(name, out var value) ? value : throw new StepFailedException($"The step '{Step}' needs '{name}', which no step before it left.");

    public int IntInput(string name) => int.Parse(Input(name), CultureInfo.InvariantCulture);
}

/// <summary>A step that no repetition would mend; the message says why and what to do.</summary>
internal sealed class StepFailedException(string message) : Exception(message);
