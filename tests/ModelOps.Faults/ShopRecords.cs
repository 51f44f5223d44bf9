using System.Collections.Concurrent;
using ModelOps.Contracts.Runs;

namespace ModelOps.Faults;

/// <summary>What the shop's programs have sent, and what they were told.</summary>
internal sealed class ShopRecords
{
    private readonly ConcurrentDictionary<string, bool> events = new();
    private readonly ConcurrentDictionary<string, bool> moves = new();
    private readonly ConcurrentQueue<string> failures = new();
    private readonly ConcurrentQueue<PipelineRun> runs = new();
    private int answers;
    private int repeats;

    /// <summary>By id: whether the shop was told that it is kept.</summary>
    public IReadOnlyDictionary<string, bool> Events => events;

    /// <summary>By reason: whether the shop was told that the alias was moved.</summary>
    public IReadOnlyDictionary<string, bool> Moves => moves;

    public IReadOnlyCollection<PipelineRun> Runs => runs;

    /// <summary>Recommendations that did not come.</summary>
    public IReadOnlyCollection<string> Failures => failures;

    public int Answers => answers;

    public int Repeats => repeats;

    public void Sent(IEnumerable<string> ids)
    {
        foreach (var id in ids)
            events[id] = false;
    }

    public void Accepted(IEnumerable<string> ids)
    {
        foreach (var id in ids)
            events[id] = true;
    }

    public void Move(string reason, bool isAccepted) => moves[reason] = isAccepted;

    public void Started(PipelineRun run) => runs.Enqueue(run);

    public void AskedAgain() => Interlocked.Increment(ref repeats);

    public void Answered(string? failure)
    {
        Interlocked.Increment(ref answers);
        if (failure is not null)
            failures.Enqueue(failure);
    }

    public override string ToString() =>
        $"{answers} recommendations ({repeats} asked again), {events.Count(one => one.Value)} events accepted, {moves.Count(one => one.Value)} alias moves and {moves.Count(one => !one.Value)} refused, {runs.Count} runs ({runs.Count(run => run.State == RunState.Succeeded)} succeeded)";
}
