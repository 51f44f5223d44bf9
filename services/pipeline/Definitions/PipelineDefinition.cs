using System.ComponentModel;
using System.Text.Json.Serialization;
using ModelOps.Contracts.Runs;
using ModelOps.Pipeline.Steps;
using YamlDotNet.Serialization;

namespace ModelOps.Pipeline.Definitions;

/// <summary>A pipeline as its YAML file has it; <c>pipelines/recommend.yaml</c> explains every key.</summary>
[Description("From a shop's events to the recommendations that its shoppers see. docs/automation.md and pipelines/recommend.yaml explain every key.")]
internal sealed record PipelineDefinition
{
    [Description("What runs and calls name the pipeline by.")]
    public string Name { get; init; } = "";

    [Description("What the trainer makes of the dataset.")]
    public string Application { get; init; } = ApplicationName.Recommend;

    /// <summary>The registered model that runs make versions of; the pipeline's name when absent.</summary>
    [Description("The registered model that runs make versions of; the pipeline's name when absent.")]
    public string? Model { get; init; }

    /// <summary>What automatic runs train on; when absent, for each model the dataset of its latest successful run.</summary>
    [Description("The dataset that automatic runs train on. When absent: for each model the dataset of the latest successful run of this pipeline.")]
    public string? Dataset { get; init; }

    public PrepareDefinition Prepare { get; init; } = new();

    /// <summary>Parameters of the trainer.</summary>
    [Description("Parameters of the trainer; those of a run win over these.")]
    public Dictionary<string, object?> Train { get; init; } = [];

    [Description("A version is put before shoppers only if every gate holds.")]
    public List<GateDefinition> Gates { get; init; } = [];

    public RolloutDefinition Rollout { get; init; } = new();

    /// <summary>By the step's name.</summary>
    [Description("How long each step may take and how often it is tried again: prepare, train, gate, register, rollout.")]
    public Dictionary<string, StepDefinition> Steps { get; init; } = [];

    public ScheduleDefinition? Schedule { get; init; }

    public TriggersDefinition Triggers { get; init; } = new();

    public LimitsDefinition Limits { get; init; } = new();

    /// <summary>The text it was read from.</summary>
    [YamlIgnore, JsonIgnore]
    public string Yaml { get; init; } = "";

    /// <summary>The store's latest edit of it; 0 where there is none.</summary>
    [YamlIgnore, JsonIgnore]
    public int Edit { get; init; }

    /// <summary>Whether it is the store's own instead of the installation's file.</summary>
    [YamlIgnore, JsonIgnore]
    public bool IsEdited { get; init; }

    /// <summary>What this release finds wrong with the store's own definition, which an earlier one took.</summary>
    [YamlIgnore, JsonIgnore]
    public string? EditRefusal { get; init; }

    /// <summary>Everything that is wrong with the definition.</summary>
    public IEnumerable<DefinitionFault> Validate() =>
    [
        .. Name.Length == 0 ? [new DefinitionFault("name", "name is missing.")] : Array.Empty<DefinitionFault>(),
        .. ApplicationName.All.Contains(Application) ? Array.Empty<DefinitionFault>() : [new DefinitionFault("application", $"'{Application}' is no application. They are: {string.Join(", ", ApplicationName.All)}.")],
        .. Rollout.Validate("rollout"),
        .. Gates.SelectMany((gate, index) => gate.Validate($"gates[{index}]")),
        .. Steps.SelectMany(step => ValidateStep(step.Key, step.Value)),
        .. Schedule?.Validate("schedule") ?? [],
        .. Triggers.Validate("triggers"),
        .. Limits.Validate("limits"),
    ];

    private static IEnumerable<DefinitionFault> ValidateStep(string name, StepDefinition? step) => !StepList.Names.Contains(name)
        ? [new DefinitionFault($"steps.{name}", $"steps has '{name}'; known: {string.Join(", ", StepList.Names)}.")]
        : step?.Validate($"steps.{name}") ?? [];
}

/// <summary>Something wrong in a definition.</summary>
/// <param name="Path">Where, as in <c>gates[1].metric</c>.</param>
/// <param name="Message">What, and what to do; it names the key.</param>
internal sealed record DefinitionFault(string Path, string Message);

internal sealed record PrepareDefinition
{
    [Description("Take in what the event log has gathered since the dataset's last version.")]
    public bool IncludeEventLog { get; init; } = true;
}
