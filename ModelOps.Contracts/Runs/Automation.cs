using System.Text.Json.Serialization;

namespace ModelOps.Contracts.Runs;

/// <summary>Whether a store's automation acts. While it is paused nothing starts by itself and no rollout takes a step forward; a rollout may still be rolled back.</summary>
/// <param name="By">Who has moved the switch last; null while nobody has.</param>
public sealed record AutomationState(bool Paused, string? Reason, string? By, DateTimeOffset? At);

/// <summary>Moves the switch.</summary>
/// <param name="Reason">Why; a pause needs one.</param>
/// <param name="By">Who; the caller's name when absent.</param>
public sealed record AutomationRequest([property: JsonRequired] bool Paused, string? Reason = null, string? By = null);

/// <summary>One entry of the append-only log of what automation decided.</summary>
/// <param name="Trigger">What asked for it: <c>schedule</c>, <c>drift</c>, <c>new_rows</c>, <c>quality_drop</c>, <c>webhook</c>, <c>rollout</c>, or <c>switch</c> for the pause.</param>
/// <param name="Action">One of <see cref="DecisionAction"/>.</param>
/// <param name="Saw">The figures it rests on, in words.</param>
/// <param name="Did">What was done.</param>
/// <param name="Otherwise">What it would have taken to do otherwise.</param>
/// <param name="Numbers">The figures by name.</param>
/// <param name="Run">The run that was started, or that stood in the way.</param>
public sealed record Decision(
    long Id,
    DateTimeOffset At,
    string? Pipeline,
    string? Model,
    string? Dataset,
    string Trigger,
    string Action,
    string Saw,
    string Did,
    string Otherwise,
    IReadOnlyDictionary<string, double> Numbers,
    Guid? Run,
    Guid? Rollout,
    string By);

/// <summary>What a decision can come to.</summary>
public static class DecisionAction
{
    /// <summary>A run has begun.</summary>
    public const string Started = "started";

    /// <summary>No run: a limit, or the pause, stood against it.</summary>
    public const string Suppressed = "suppressed";

    /// <summary>A rollout took its next step.</summary>
    public const string Advanced = "advanced";

    /// <summary>A rollout's last step: the version is champion.</summary>
    public const string Promoted = "promoted";

    /// <summary>A rollout came to its end without a promotion, as a shadow does.</summary>
    public const string Completed = "completed";

    /// <summary>A rollout's step lasts longer than planned: too little is known yet.</summary>
    public const string Extended = "extended";

    public const string RolledBack = "rolled_back";

    public const string Paused = "paused";

    public const string Resumed = "resumed";
}

/// <summary>A pipeline, and how its automation stands in the caller's store.</summary>
/// <param name="Schedule">Cron and time zone; null without one.</param>
/// <param name="NextTick">When the schedule is due next.</param>
/// <param name="Targets">What automatic runs train: none before the first run has succeeded.</param>
/// <param name="Limits">In words.</param>
/// <param name="Yaml">Its definition as it counts.</param>
/// <param name="Refusal">Why the pipelines' files as they are now are not in effect; null when they are.</param>
/// <param name="Edit">The store's latest edit; 0 where there is none.</param>
/// <param name="IsEdited">Whether that edit counts, instead of the installation's file.</param>
/// <param name="EditRefusal">Why it does not though it is not taken back: this release finds fault with it.</param>
public sealed record PipelineStatus(
    string Name,
    string Model,
    string? Schedule,
    DateTimeOffset? NextTick,
    IReadOnlyList<string> Triggers,
    IReadOnlyList<PipelineTarget> Targets,
    IReadOnlyList<string> Limits,
    string Yaml,
    string? Refusal,
    int Edit = 0,
    bool IsEdited = false,
    string? EditRefusal = null);

/// <summary>A version of a store's own definition of a pipeline.</summary>
/// <param name="Yaml">Null when the installation's file counts again.</param>
public sealed record PipelineEdit(int Version, string? Yaml, string By, string Reason, DateTimeOffset At);

/// <param name="Version">The version that the editor has seen, 0 for the file; when absent, whichever is the latest.</param>
public sealed record NewPipelineEdit(string? Yaml, string? Reason, int? Version = null);

/// <summary>A model, what it is trained on, and what each trigger last saw.</summary>
public sealed record PipelineTarget(string Dataset, string Model, IReadOnlyList<TriggerState> Triggers);

/// <param name="At">When the trigger looked last.</param>
/// <param name="Fires">Whether it asked for a run.</param>
/// <param name="Saw">What it saw.</param>
/// <param name="Otherwise">What it would have taken to do otherwise.</param>
public sealed record TriggerState(string Trigger, DateTimeOffset At, bool Fires, string Saw, string Otherwise);

/// <summary>A mistake in a pipeline's YAML.</summary>
/// <param name="Line">Counts from 1, as does <paramref name="Column"/>.</param>
/// <param name="Key">As in <c>gates[1].metric</c>; empty where the text is no YAML of a pipeline at all.</param>
public sealed record PipelineFault(int Line, int Column, string Key, string Message);

/// <param name="Faults">Empty for a pipeline that can be used.</param>
public sealed record PipelineCheck(IReadOnlyList<PipelineFault> Faults);

/// <summary>Asks for a run from outside, signed.</summary>
/// <param name="Dataset">One of the pipeline's targets; all of them when absent.</param>
public sealed record WebhookTrigger(string? Dataset = null, string? Model = null, string? Reason = null);
