using System.ComponentModel;
using ModelOps.ServiceDefaults;

namespace ModelOps.Pipeline.Definitions;

/// <summary>What keeps automatic runs from following too closely upon each other. People start runs beyond them; what these take counts too.</summary>
internal sealed record LimitsDefinition
{
    /// <summary>Runs of the pipeline that are under way in a store.</summary>
    [Description("No automatic run starts while so many runs of the pipeline are under way in the store.")]
    public int Concurrency { get; init; } = 1;

    public CoolDownDefinition CoolDown { get; init; } = new();

    /// <summary>Of one model, in seven days.</summary>
    [Description("Automatic runs of one model in seven days.")]
    public int RunsPerWeek { get; init; } = 7;

    public TrainingMinutesDefinition TrainingMinutes { get; init; } = new();

    public IEnumerable<DefinitionFault> Validate(string path)
    {
        if (Concurrency < 1)
            yield return new($"{path}.concurrency", $"limits.concurrency is {Concurrency}; it is at least 1.");
        if (RunsPerWeek < 0)
            yield return new($"{path}.runs_per_week", $"limits.runs_per_week is {RunsPerWeek}; it is at least 0.");
        foreach (var (key, value) in new[] { ("success", CoolDown.Success), ("failure", CoolDown.Failure) })
        {
            if (value < CoolDownDefinition.Shortest)
                yield return new($"{path}.cool_down.{key}", $"limits.cool_down.{key} is {LengthOfTime.Rounded(value)}; it is at least {LengthOfTime.Rounded(CoolDownDefinition.Shortest)}.");
        }
        foreach (var (key, value) in new[] { ("day", TrainingMinutes.Day), ("week", TrainingMinutes.Week) })
        {
            if (value < 0)
                yield return new($"{path}.training_minutes.{key}", $"limits.training_minutes.{key} is {value}; it is at least 0.");
        }
    }
}

/// <summary>How long after a model's last run the next automatic one waits.</summary>
internal sealed record CoolDownDefinition
{
    /// <summary>What a pipeline cannot go below: a storm is impossible however it is written.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);

    [Description("After a run that succeeded, as in 24h.")]
    public TimeSpan Success { get; init; } = TimeSpan.FromHours(24);

    [Description("After a run that failed or was cancelled, as in 6h.")]
    public TimeSpan Failure { get; init; } = TimeSpan.FromHours(6);
}

/// <summary>Minutes of training, those of people's runs included; an automatic run that is expected to exceed them does not start.</summary>
internal sealed record TrainingMinutesDefinition
{
    [Description("In 24 hours.")]
    public double Day { get; init; } = 240;

    [Description("In seven days.")]
    public double Week { get; init; } = 1200;
}
