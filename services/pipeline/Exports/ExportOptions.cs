using System.ComponentModel.DataAnnotations;

namespace ModelOps.Pipeline.Exports;

/// <summary>The configuration section <c>Exports</c>.</summary>
internal sealed class ExportOptions
{
    /// <summary>Users of one call of inference. There is one call at a time.</summary>
    [Range(1, 100)] public int BatchUsers { get; init; } = 20;

    /// <summary>The share of the time in which inference is asked; in the rest the shoppers have it for themselves.</summary>
    [Range(0.01, 1)] public double Share { get; init; } = 0.5;

    /// <summary>Users of one part of the file: what a crash costs at most.</summary>
    [Range(1, 100_000)] public int PartUsers { get; init; } = 2000;

    /// <summary>Days that an export and its file are kept.</summary>
    [Range(1, 365)] public int KeepDays { get; init; } = 7;
}
