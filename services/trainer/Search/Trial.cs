using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ModelOps.Contracts.Runs;

namespace ModelOps.Trainer.Search;

/// <summary>A row of <c>trials</c>: one setting that a run's search tries.</summary>
public sealed class Trial
{
    public Guid Id { get; init; }

    public Guid RunId { get; init; }

    /// <summary>From 0; decides what is drawn.</summary>
    public int Number { get; init; }

    /// <summary>JSON: what differs from the run's own parameters.</summary>
    public string Parameters { get; init; } = "{}";

    public TrialState State { get; set; }

    /// <summary>The rung that is reached or being made.</summary>
    public int Rung { get; set; }

    /// <summary>By finished rung: the best validation NDCG@10 so far.</summary>
    public double[] Values { get; set; } = [];

    /// <summary>The job that makes the present rung: the same in every process, so it is queued once.</summary>
    public Guid JobId { get; private set; }

    public int Passes { get; set; }

    public double Seconds { get; set; }

    public string? Error { get; set; }

    public double Best => Values.DefaultIfEmpty(double.MinValue).Max();

    public IReadOnlyDictionary<string, JsonElement> Setting => JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(Parameters)!;

    /// <summary>Enters <paramref name="rung"/>.</summary>
    public Trial Begin(int rung)
    {
        (Rung, State, JobId) = (rung, TrialState.Running, new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{Id}/{rung}")).AsSpan(0, 16)));
        return this;
    }

    public bool MayGoOnFrom(int rung) => State == TrialState.Waiting && Values.Length == rung + 1;

    public TuningTrial ToContract(bool chosen) => new(Number, Setting, State, Values, Passes, Math.Round(Seconds, 1), Error, chosen);
}
