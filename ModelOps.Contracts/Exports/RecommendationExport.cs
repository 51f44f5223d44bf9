using ModelOps.Contracts.Predictions;
using ModelOps.Contracts.Runs;

namespace ModelOps.Contracts.Exports;

/// <summary>How an export's file is written; <see cref="ExportRequest.Format"/>.</summary>
public static class ExportFormat
{
    /// <summary>A line for each user: <c>user_id, model, version, item_1 …</c>; what a spreadsheet would take for a formula is escaped.</summary>
    public const string Csv = "csv";

    /// <summary>A JSON object for each user, with scores and reasons.</summary>
    public const string JsonLines = "jsonl";

    public static IReadOnlyList<string> All { get; } = [Csv, JsonLines];
}

/// <summary>Asks for recommendations for many users, as a file. All but users and format is as in <see cref="RecommendationRequest"/>.</summary>
public sealed record ExportRequest(
    ExportUsers? Users,
    string Format = ExportFormat.Csv,
    int Count = 10,
    string? Model = null,
    string? Kind = null,
    RecommendationFilter? Filter = null,
    IReadOnlyList<string>? Exclude = null,
    IReadOnlyList<string>? Products = null,
    double? Diversity = null)
{
    public RecommendationRequest For(string user) => new(user, null, Count, Model, Exclude, Filter, null, Kind, Products, Diversity);
}

/// <summary>For whom: exactly one of the three.</summary>
/// <param name="All">Every user that the deployed model knows.</param>
/// <param name="List">These, at most 100,000.</param>
/// <param name="Dataset">The users of a dataset's version.</param>
/// <param name="Version">Of the dataset; the latest when absent.</param>
/// <param name="Tags">Only those who have all of these tags now, as <c>segment</c>: <c>loyal</c>; for a dataset.</param>
public sealed record ExportUsers(bool All = false, IReadOnlyList<string>? List = null, string? Dataset = null, int? Version = null, IReadOnlyDictionary<string, string>? Tags = null);

/// <param name="Users">For how many; null until they are gathered.</param>
/// <param name="Done">How many of them are in the file.</param>
/// <param name="Bytes">Of the file so far.</param>
/// <param name="By">Who asked for it.</param>
public sealed record RecommendationExport(
    Guid Id, string Model, string Format, int Count, RunState State, int? Users, int Done, long Bytes, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt, string By, string? Error);
