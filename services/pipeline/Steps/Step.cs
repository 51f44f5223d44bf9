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

    /// <summary>How often the run was resumed: what failed is begun anew then, not found again.</summary>
    public int Resumes { get; init; }

    /// <summary>Whether this run started by itself: such a run puts nothing before shoppers while automation is paused.</summary>
    public bool IsAutomatic { get; init; }

    /// <summary>True once the step has taken longer than its definition allows.</summary>
    public Func<bool> IsTimedOut { get; init; } = () => false;

    /// <summary>The same however often the step is repeated.</summary>
    public string IdempotencyKey => Resumes == 0 ? $"{RunId}/{Step}" : $"{RunId}/{Step}/{Resumes}";

    public string Input(string name) => Inputs.TryGetValue(name, out var value) ? value : throw new StepFailedException($"The step '{Step}' needs '{name}', which no step before it left.");

    public int IntInput(string name) => int.Parse(Input(name), CultureInfo.InvariantCulture);
}

/// <summary>A step that no repetition would mend; the message says why and what to do.</summary>
internal sealed class StepFailedException(string message) : Exception(message);
