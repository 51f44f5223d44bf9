using System.Text.Json;
using ModelOps.Contracts.Privacy;
using ModelOps.Contracts.Runs;

namespace ModelOps.DataPrep.Privacy;

/// <summary>A wish to be forgotten. The user's id is kept while the work lasts and then only its pseudonym, by which later rows are recognised.</summary>
internal sealed class ErasureRow
{
    public required Guid Id { get; init; }
    public required string Store { get; init; }
    public string? User { get; set; }
    public required string Pseudonym { get; init; }
    public required DateTimeOffset RequestedAt { get; init; }
    public RunState State { get; set; }

    /// <summary><see cref="PersonTraces"/> as JSON: read from the event log before it loses them, and kept while the work lasts.</summary>
    public string? Traces { get; set; }

    /// <summary>What was removed so far, while the work lasts.</summary>
    public string? Places { get; set; }

    /// <summary>Nothing of the person is left in the datasets: who comes back for another reason need not look again.</summary>
    public bool DatasetsDone { get; set; }
    public string? Statement { get; set; }
    public string? Signature { get; set; }
    public string? PublicKey { get; set; }

    /// <summary>Why it failed; while it runs, what it waits for.</summary>
    public string? Error { get; set; }

    public Erasure ToContract() => new(Id, State, Pseudonym, RequestedAt,
        Statement is null ? null : JsonSerializer.Deserialize<ErasureRecord>(Statement, JsonSerializerOptions.Web), Statement, Signature, PublicKey, Error);
}
