namespace ModelOps.Pipeline.Definitions;

/// <summary>What a store has put in the place of a pipeline's file. Rows are only added: together they are the history.</summary>
internal sealed class EditRow
{
    public required string Store { get; init; }
    public required string Pipeline { get; init; }
    public required int Version { get; init; }

    /// <summary>Null when the file counts again.</summary>
    public required string? Yaml { get; init; }

    public required string By { get; init; }
    public required string Reason { get; init; }
    public required DateTimeOffset At { get; init; }
}
