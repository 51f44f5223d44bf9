using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelOps.Contracts.Runs;

[JsonConverter(typeof(JsonStringEnumConverter<TrialState>))]
public enum TrialState
{
    /// <summary>Its next passes are queued or being made.</summary>
    [JsonStringEnumMemberName("running")] Running,

    /// <summary>Made its passes; goes on if it is among the best.</summary>
    [JsonStringEnumMemberName("waiting")] Waiting,

    /// <summary>Cannot be trained: see the error.</summary>
    [JsonStringEnumMemberName("failed")] Failed,
}

/// <summary>One setting that a search for better parameters tried.</summary>
/// <param name="Parameters">What differs from the run's own.</param>
/// <param name="Ndcg10">The best validation so far, by rung: each rung has more passes than the one before.</param>
/// <param name="Passes">Made so far.</param>
/// <param name="Chosen">True for the one that the run then trained with.</param>
public sealed record TuningTrial(
    int Number, IReadOnlyDictionary<string, JsonElement> Parameters, TrialState State, IReadOnlyList<double> Ndcg10, int Passes, double Seconds, string? Error, bool Chosen);
