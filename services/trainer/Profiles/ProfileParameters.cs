using System.ComponentModel.DataAnnotations;
using ModelOps.Features.Profiles;

namespace ModelOps.Trainer.Profiles;

/// <summary>Everything about a training of profiles that can be chosen.</summary>
public sealed record ProfileParameters
{
    public const string Auto = "auto";

    /// <summary>Days ahead for which the propensity to buy and the expected value are told; 0 takes 30, or as many as a shorter history allows, a week at least.</summary>
    [Range(0, 365)] public int HorizonDays { get; init; }

    /// <summary>A customer without an order for so many days is lost; 0 takes 90, or the horizon where the data are too short for that.</summary>
    [Range(0, 730)] public int ChurnDays { get; init; }

    /// <summary>Days from one snapshot of all shoppers to the next.</summary>
    [Range(1, 90)] public int StepDays { get; init; } = 10;

    /// <summary>So many days at the beginning make no snapshot: there is too little before them.</summary>
    [Range(1, 365)] public int HistoryDays { get; init; } = 14;

    /// <summary><c>auto</c> takes the learner with the least log loss on later snapshots than it learned from.</summary>
    [AllowedValues(Auto, ScoreLearners.Logistic, ScoreLearners.Trees, ScoreLearners.Mean)] public string Learner { get; init; } = Auto;

    /// <summary>After which an event counts half for interests.</summary>
    [Range(1, 3650)] public double HalfLifeDays { get; init; } = 30;

    /// <summary>Words of categories that make no interests: see docs/profiles.md.</summary>
    public IReadOnlyList<string> RefusedTopics { get; init; } = SensitiveTopics.Defaults;

    [Range(0, int.MaxValue)] public int Seed { get; init; } = 42;
}
