using System.ComponentModel.DataAnnotations;

namespace ModelOps.Inference.Search;

/// <summary>The configuration section <c>Search</c>.</summary>
internal sealed class SearchOptions
{
    /// <summary>What a query's vector may take, in milliseconds; when it is later, words alone rank.</summary>
    [Range(1, 60_000)] public int VectorMilliseconds { get; init; } = 50;

    /// <summary>What reading the best again may take, in milliseconds; when it is later, their order stays.</summary>
    [Range(1, 60_000)] public int RerankMilliseconds { get; init; } = 100;
}
