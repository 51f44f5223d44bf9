using System.Text.Json;
using ModelOps.Contracts.Reviews;

namespace ModelOps.DataPrep.Reviews;

/// <summary>A question to people, and what they said. An answer outlives the versions: each that has the row takes it.</summary>
internal sealed class ReviewRow
{
    public long Id { get; init; }
    public required string Store { get; init; }
    public required string Dataset { get; init; }
    public required string InTable { get; init; }
    public required string InColumn { get; init; }
    public required string Key { get; init; }
    public required string Text { get; init; }

    /// <summary>The row, as a JSON object.</summary>
    public required string Details { get; init; }
    public required string Reason { get; init; }
    public required IReadOnlyList<ReviewCandidate> Candidates { get; init; }
    public required double Margin { get; init; }

    /// <summary>The version that asked last.</summary>
    public required int Version { get; init; }

    /// <summary>The making of a version that asked last; what it no longer asks is forgotten.</summary>
    public required Guid Round { get; init; }

    public ReviewState State { get; set; }
    public string? Answer { get; set; }
    public string? ReviewedBy { get; set; }
    public DateTimeOffset? ReviewedAt { get; set; }
    public int Revision { get; set; }

    /// <summary>The last version that has the answer.</summary>
    public int? TakenVersion { get; set; }

    public Review ToContract() => new(Id, Dataset, Version, InTable, InColumn, Key, Text, Columns(), Reason, Candidates, State, Answer, ReviewedBy, ReviewedAt, Revision);

    private Dictionary<string, string> Columns()
    {
        using var row = JsonDocument.Parse(Details);
        return row.RootElement.EnumerateObject().Where(column => column.Value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined))
            .ToDictionary(column => column.Name, column => column.Value.ToString());
    }
}
