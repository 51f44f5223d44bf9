using System.ComponentModel.DataAnnotations;

namespace ModelOps.Contracts.Datasets;

/// <summary>
/// A column whose empty rows are labelled by machines and people. What the shop says itself always stays. The column gets two beside
/// it: <c>…_source</c> (<c>shop</c>, <c>person</c>, <c>neighbours</c> or <c>functions</c>) and <c>…_confidence</c>.
/// </summary>
/// <param name="Table"><c>products</c>, <c>users</c>, <c>judgements</c>, <c>messages</c> or <c>faq</c>.</param>
/// <param name="Column">A column of texts, or a new one.</param>
public sealed record LabelTask([property: Required] string Table, [property: Required] string Column)
{
    /// <summary>How sure a machine has to be; what it is less sure of stays empty and is asked of a person.</summary>
    [Range(0.0, 1.0)] public double Confidence { get; init; } = .7;

    /// <summary>Whether rows take the label of those whose text is alike.</summary>
    public bool Neighbours { get; init; }

    /// <summary>How functions are weighed: <c>weighted</c> by how right each is found to be, or <c>majority</c>.</summary>
    [RegularExpression("weighted|majority", ErrorMessage = "'combine' is 'weighted' or 'majority'.")] public string Combine { get; init; } = "weighted";

    /// <summary>Questions that may wait for people at once, the closest calls first.</summary>
    [Range(0, 10_000)] public int Reviews { get; init; } = 500;

    public IReadOnlyList<LabellingFunction> Functions { get; init; } = [];
}

/// <summary>A rule of thumb: rows that meet all its conditions probably have its label. It may be wrong, and others may disagree.</summary>
/// <param name="Name">For the report; unique within the task.</param>
/// <param name="Column">What is looked at: a column, or a key of <c>attributes</c>; the table's text when absent.</param>
/// <param name="Keywords">One of them is there as a whole word, whatever its case; <c>refund*</c> is the beginning of one. Chinese ones anywhere.</param>
/// <param name="Pattern">A regular expression (RE2) that is found.</param>
/// <param name="Values">The column is one of them, whatever the case.</param>
/// <param name="Above">The column is a number above this.</param>
/// <param name="Below">The column is a number below this.</param>
public sealed record LabellingFunction(
    [property: Required] string Name,
    [property: Required] string Label,
    string? Column = null,
    IReadOnlyList<string>? Keywords = null,
    string? Pattern = null,
    IReadOnlyList<string>? Values = null,
    double? Above = null,
    double? Below = null);
