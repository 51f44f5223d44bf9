using ModelOps.Pipeline.Automation;
using ModelOps.Pipeline.Definitions;
using ModelOps.Pipeline.Runs;

namespace ModelOps.Pipeline.Triggers;

/// <summary>Something in the world that asks for a run.</summary>
internal interface ITrigger
{
    /// <summary>As its key in the YAML.</summary>
    string Name { get; }

    bool IsOn(PipelineDefinition definition);

    /// <summary>Looks. Null: nothing can be said yet, or nothing new.</summary>
    Task<TriggerReading?> ReadAsync(TriggerQuestion question, CancellationToken cancellationToken);
}

/// <param name="LastTrained">The model's latest run whose training succeeded, also if a gate then refused the model: its data has been learned from.</param>
/// <param name="Before">What the trigger saw the last time; null the first time.</param>
internal sealed record TriggerQuestion(Target Target, PipelineDefinition Definition, RunRow? LastTrained, TriggerStateRow? Before, DateTimeOffset Now);

/// <summary>What a trigger saw.</summary>
/// <param name="Key">Names it, so that the same is decided on once.</param>
/// <param name="Saw">In words, with the numbers.</param>
/// <param name="Otherwise">What it would have taken to do otherwise.</param>
/// <param name="IsOnce">True for what happens at a moment, as a tick does; false for what lasts and asks again after a run that did not mend it.</param>
internal sealed record TriggerReading(bool Fires, string Key, string Saw, string Otherwise, IReadOnlyDictionary<string, double> Numbers, bool IsOnce = false);
