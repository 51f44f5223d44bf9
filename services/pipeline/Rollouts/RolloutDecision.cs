using System.Globalization;
using ModelOps.Contracts;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Runs;
using ModelOps.Pipeline.Automation;
using ModelOps.Pipeline.Definitions;
using ModelOps.ServiceDefaults;

namespace ModelOps.Pipeline.Rollouts;

/// <summary>What the log says of a rollout's step.</summary>
internal static class RolloutDecision
{
    /// <returns>Null while there is nothing to decide: the step's time has not passed, and nothing is wrong.</returns>
    public static DecisionRow? Of(StoreId store, Rollout rollout, Verdict verdict, AutomationState automation, DateTimeOffset now)
    {
        var isDue = RolloutDriver.IsDue(rollout, now);
        return verdict.Kind switch
        {
            VerdictKind.Fail => Row(store, rollout, verdict, now, DecisionAction.RolledBack, "Everybody sees the champion again.", "Guards that hold."),
            VerdictKind.Pass when isDue && automation.Paused => Row(
                store, rollout, verdict, now, DecisionAction.Suppressed, $"Took no step forward: automation is paused by {automation.By}: {automation.Reason}", "Let automation act again: PUT /v1/automation {\"paused\":false}."),
            VerdictKind.Pass when isDue => Forward(store, rollout, verdict, now),
            VerdictKind.Wait when isDue => Row(
                store, rollout, verdict, now, DecisionAction.Extended, $"The step lasts longer than its {LengthOfTime.Rounded(TimeSpan.FromMinutes(rollout.BakeMinutes))}.", "Enough answers for every guard to be judged."),
            _ => null,
        };
    }

    private static DecisionRow Forward(StoreId store, Rollout rollout, Verdict verdict, DateTimeOffset now)
    {
        const string Otherwise = "A guard that does not hold, which rolls back; or too few answers to judge it, which waits.";
        if (rollout.Step + 1 < rollout.Steps.Count)
            return Row(store, rollout, verdict, now, DecisionAction.Advanced, string.Create(CultureInfo.InvariantCulture, $"From {rollout.Steps[rollout.Step]} % to {rollout.Steps[rollout.Step + 1]} % of shoppers."), Otherwise);
        return rollout.Kind == RolloutKind.Shadow
            ? Row(store, rollout, verdict, now, DecisionAction.Completed, "The shadow is at its end.", Otherwise)
            : Row(store, rollout, verdict, now, DecisionAction.Promoted, $"Version {rollout.Trials.First().Version} is {rollout.Alias}.", Otherwise);
    }

    private static DecisionRow Row(StoreId store, Rollout rollout, Verdict verdict, DateTimeOffset now, string action, string did, string otherwise) => new()
    {
        Store = store.Value,
        Key = $"rollout/{rollout.Id}/{rollout.Step}/{action}",
        At = now,
        Model = rollout.Model,
        Trigger = "rollout",
        Action = action,
        Saw = $"Step {rollout.Step + 1} of the {rollout.Kind.ToString().ToLowerInvariant()} of version {rollout.Trials.First().Version}: {verdict.Reason}",
        Did = did,
        Otherwise = otherwise,
        Numbers = verdict.Evidence.SelectMany(Numbers).DistinctBy(number => number.Key).ToDictionary(),
        Rollout = rollout.Id,
        By = RolloutDriver.Actor,
    };

    private static IEnumerable<KeyValuePair<string, double>> Numbers(GuardEvidence evidence)
    {
        yield return KeyValuePair.Create($"{evidence.Arm} {evidence.Guard}", evidence.Value);
        yield return KeyValuePair.Create($"{evidence.Arm} {evidence.Guard} limit", evidence.Limit);
        yield return KeyValuePair.Create($"{evidence.Arm} requests", (double)evidence.Requests);
    }
}
