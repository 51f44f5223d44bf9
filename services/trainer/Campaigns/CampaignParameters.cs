using System.ComponentModel.DataAnnotations;
using ModelOps.Trainer.Campaigns.Responses;
using ModelOps.Trainer.Campaigns.Uplift;

namespace ModelOps.Trainer.Campaigns;

/// <summary>Everything about a training of campaigns that can be chosen.</summary>
public sealed record CampaignParameters
{
    public const string Auto = "auto";

    /// <summary>What a contact is to change; <c>auto</c> takes conversion, or visit where fewer than 200 customers converted.</summary>
    [AllowedValues(Auto, "conversion", "visit", "spend")] public string Outcome { get; init; } = Auto;

    /// <summary>
    /// The treatment of the customers who were left alone; <c>auto</c> knows words such as control, none, no e-mail, 0. Where everybody had the
    /// same treatment, there is no control group: then who responds is learned, not whom a contact changes.
    /// </summary>
    [MaxLength(200)] public string Control { get; init; } = Auto;

    /// <summary>Rows of this campaign alone; absent, all.</summary>
    [MaxLength(200)] public string? Campaign { get; init; }

    /// <summary><c>auto</c> takes the learner with the best Qini value in validation.</summary>
    [AllowedValues(Auto, UpliftLearners.TwoModels, UpliftLearners.SLearner, UpliftLearners.XLearner, UpliftLearners.DrLearner, UpliftLearners.DrTrees)]
    public string Learner { get; init; } = Auto;

    /// <summary>Without a control group: <c>auto</c> takes the simplest learner whose AUC in validation is within a standard error of the best.</summary>
    [AllowedValues(Auto, ResponseLearners.Logistic, ResponseLearners.Trees, ResponseLearners.DeepAndCross, ResponseLearners.Mean)]
    public string Response { get; init; } = Auto;

    /// <summary>Attributes that are left out, such as one that is known only after the contact.</summary>
    [MaxLength(200)] public IReadOnlyList<string> Without { get; init; } = [];

    /// <summary><c>time</c>: rows are in the order of their times, where these differ. <c>file</c>: the files' order is one of time.</summary>
    [AllowedValues("time", "file")] public string Order { get; init; } = "time";

    /// <summary>Parts that take turns in the validation.</summary>
    [Range(2, 20)] public int Folds { get; init; } = 5;

    /// <summary>Share of the customers on whom the chosen model is judged: nothing is chosen or trained on them before. The last ones, where rows have a time.</summary>
    [Range(0.1, 0.5)] public double TestShare { get; init; } = 0.3;

    /// <summary>Of the decisions in serving, those made by chance.</summary>
    [Range(0, 1)] public double LearningShare { get; init; } = 0.1;

    /// <summary>Of the users in serving, those who are left alone.</summary>
    [Range(0, 0.5)] public double HoldOutShare { get; init; } = 0.05;

    [Range(0, int.MaxValue)] public int Seed { get; init; } = 42;
}
