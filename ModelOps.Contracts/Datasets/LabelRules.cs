using System.ComponentModel.DataAnnotations;

namespace ModelOps.Contracts.Datasets;

/// <summary>How sessions, weights, labels and splits are made.</summary>
public sealed record LabelRules
{
    /// <summary>Silence after which a user's next event begins a new session; a new session id of the shop's own begins one too.</summary>
    [Range(1, 24 * 60)] public int SessionMinutes { get; init; } = 30;

    /// <summary>Implicit feedback: how much an event says that the user wants the product.</summary>
    [Range(0, 1000)] public double ViewWeight { get; init; } = 1;

    /// <summary>Also of wishes and of what goes to the checkout.</summary>
    [Range(0, 1000)] public double CartWeight { get; init; } = 4;

    [Range(0, 1000)] public double PurchaseWeight { get; init; } = 10;

    /// <summary>Days within which a product that was looked at counts as bought.</summary>
    [Range(1, 365)] public int BoughtWithinDays { get; init; } = 7;

    /// <summary>Days within which a purchase that is taken back counts as returned.</summary>
    [Range(1, 365)] public int ReturnedWithinDays { get; init; } = 30;

    /// <summary>Share of the rows, the latest, that test; those before them validate.</summary>
    [Range(0.001, 0.5)] public double TestShare { get; init; } = .1;

    [Range(0.001, 0.49)] public double ValidationShare { get; init; } = .1;
}
