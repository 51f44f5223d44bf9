using ModelOps.Faults.Planted;

namespace ModelOps.Faults;

/// <summary>The harness held against bugs that are known to be there: all at once, and of a plan's faults those in which they show.</summary>
internal static class PlantedBugs
{
    private const int Faults = 8;

    /// <summary>How the harness names each.</summary>
    private static readonly IReadOnlyDictionary<string, string> Names = new Dictionary<string, string>
    {
        [BugNames.EarlyReceipt] = "event lost",
        [BugNames.ForgottenKey] = "alias move",
        [BugNames.NeedsEventLog] = "recommendation failed",
    };

    /// <returns>The bugs that it did not find.</returns>
    public static async Task<IReadOnlyList<string>> MissedAsync(FaultyStack stack, int seed, Action<string> say)
    {
        var plan = FaultPlan.Of(seed, Faults, point => point is { Part: "postgres", Kind: FaultKind.Kill } or { Part: "inference" or "inference-2", Peer: "postgres" } or { Part: Parts.Shop, Peer: "registry", Kind: FaultKind.LoseAnswers });
        foreach (var bug in Names.Keys)
            await File.WriteAllTextAsync(Path.Combine(stack.PlantFolder, bug), "");
        try
        {
            var outcome = await FaultRun.RunAsync(stack, "planted", seed, plan, say);
            say(outcome.Records.ToString());
            foreach (var sentence in outcome.Broken.GroupBy(sentence => sentence[..Math.Min(10, sentence.Length)]).SelectMany(kind => kind.Take(3)))
                say(sentence);
            return [.. Names.Where(bug => !outcome.Broken.Any(sentence => sentence.StartsWith(bug.Value, StringComparison.Ordinal))).Select(bug => bug.Key)];
        }
        finally
        {
            foreach (var bug in Names.Keys)
                File.Delete(Path.Combine(stack.PlantFolder, bug));
        }
    }
}
