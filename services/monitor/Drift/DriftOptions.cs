using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ModelOps.Monitor.Drift;

/// <summary>The configuration section <c>Drift</c>.</summary>
internal sealed class DriftOptions
{
    /// <summary>Days before the training data's end that a window is held against.</summary>
    [Range(14, 120)] public int ReferenceDays { get; init; } = 42;

    /// <summary>Days that the reference has at least; with fewer, nothing is said.</summary>
    [Range(14, 120)] public int FewestReferenceDays { get; init; } = 14;

    /// <summary>Days of the long window; the short one is the last day.</summary>
    [Range(2, 7)] public int WindowDays { get; init; } = 7;

    /// <summary>Shoppers that a window has at least of what is compared.</summary>
    [Range(20, 1_000_000)] public int FewestShoppers { get; init; } = 100;

    /// <summary>The probability of a false alarm in a report, over all that it compares together.</summary>
    [Range(1e-6, .1)] public double Alpha { get; init; } = .001;

    /// <summary>Days that an event of a shopper makes one who is known.</summary>
    [Range(1, 60)] public int HistoryDays { get; init; } = 14;

    /// <summary>Categories that are segments of their own: the largest.</summary>
    [Range(0, 20)] public int Categories { get; init; } = 3;

    /// <summary>Events of a day that are looked at, about; of more, a part of the shoppers is drawn.</summary>
    [Range(1000, 10_000_000)] public int MostEvents { get; init; } = 300_000;

    /// <summary>Hours after a day's end before it is looked at, for events that come late.</summary>
    [Range(0, 48)] public double LateHours { get; init; } = 1;

    /// <summary>Days that reports are kept.</summary>
    [Range(1, 3650)] public int KeepDays { get; init; } = 400;

    [ValidateObjectMembers] public DriftThresholds Thresholds { get; init; } = new();
}

/// <summary>How far a window has to be from the reference before it counts, beside being certain.</summary>
internal sealed class DriftThresholds
{
    /// <summary>Largest difference of cumulative shares.</summary>
    [Range(0, 1)] public double KolmogorovSmirnov { get; init; } = .1;

    /// <summary>Cohen's w; .1 is called small, .3 medium.</summary>
    [Range(0, 10)] public double ChiSquared { get; init; } = .2;

    /// <summary>In standard deviations of the reference.</summary>
    [Range(0, 100)] public double Wasserstein { get; init; } = .1;

    /// <summary>From 0 to 1.</summary>
    [Range(0, 1)] public double JensenShannon { get; init; } = .1;

    /// <summary>.1 is called moderate, .25 major.</summary>
    [Range(0, 10)] public double PopulationStability { get; init; } = .1;

    /// <summary>Difference of two shares.</summary>
    [Range(0, 1)] public double Share { get; init; } = .05;
}
