using System.Globalization;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Versions;
using ModelOps.Pipeline.Automation;
using ModelOps.Pipeline.Runs;

namespace ModelOps.Pipeline.Steps;

/// <summary>Puts the version before shoppers: the alias moves at once, or a rollout begins and the step waits for its end.</summary>
internal sealed class RolloutStep(RegistryClient registry, PipelineDb database) : IStep
{
    public string Name => "rollout";

    public async Task RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var version = context.IntInput(RegisterStep.ModelVersion);
        await WhilePausedAsync(context, cancellationToken);
        context.Metrics["version"] = version;
        var champion = (await registry.FindAsync(context.Store, context.Model, cancellationToken))?.Aliases.TryGetValue(context.Definition.Rollout.Alias, out var found) == true ? found : (int?)null;
        context.Outputs["previousVersion"] = champion?.ToString(CultureInfo.InvariantCulture) ?? "";
        if (context.Definition.Rollout.Gradual is not { } kind || champion is null) // the first version has nothing to be compared with
            await MoveAsync(context, version, cancellationToken);
        else if (champion != version)
            await RollOutAsync(context, kind, version, cancellationToken);
    }

    /// <summary>A run that started by itself puts nothing before shoppers while automation is paused. A person's does what the person asked for.</summary>
    private async Task WhilePausedAsync(StepContext context, CancellationToken cancellationToken)
    {
        while (context.IsAutomatic && (await database.AutomationOfAsync(context.Store, cancellationToken)).Paused)
            await Task.Delay(Polling.Interval, cancellationToken);
    }

    private Task MoveAsync(StepContext context, int version, CancellationToken cancellationToken) => registry.SetAliasAsync(
        context.Store, context.Model, context.Definition.Rollout.Alias, new AliasRequest(version, ReasonOf(context)), context.IdempotencyKey, "pipeline", cancellationToken);

    private async Task RollOutAsync(StepContext context, RolloutKind kind, int version, CancellationToken cancellationToken)
    {
        var rollout = await StartAsync(context, kind, version, cancellationToken);
        context.Outputs["rollout"] = rollout.Id.ToString();
        await context.ReportAsync();
        if (kind == RolloutKind.Ab)
            return; // ends when somebody ends it
        while (true)
        {
            var history = await registry.FindRolloutAsync(context.Store, context.Model, rollout.Id, cancellationToken) ?? throw new StepFailedException($"The rollout {rollout.Id} is gone.");
            context.Metrics["percent"] = history.Rollout.Trials.Sum(arm => arm.Percent);
            if (history.Rollout.State == RolloutState.Aborted)
                throw new StepFailedException($"The rollout was aborted at step {history.Rollout.Step}: {history.Changes[0].Reason}");
            if (history.Rollout.EndedAt is not null)
                return;
            await Task.Delay(Polling.Interval, cancellationToken);
        }
    }

    /// <summary>Waits while another rollout of the alias is under way.</summary>
    private async Task<Rollout> StartAsync(StepContext context, RolloutKind kind, int version, CancellationToken cancellationToken)
    {
        var definition = context.Definition.Rollout;
        var request = new RolloutRequest(kind, version, Steps: definition.Steps, BakeMinutes: definition.BakeMinutes, MirrorPercent: definition.MirrorPercent,
            Guards: definition.Guards?.ConvertAll(guard => guard.ToContract()), Reason: ReasonOf(context), Alias: definition.Alias);
        while (true)
        {
            try
            {
                return await registry.StartRolloutAsync(context.Store, context.Model, request, context.IdempotencyKey, "pipeline", cancellationToken);
            }
            catch (ServiceException exception) when (exception.Type == "urn:modelops:rollout-running")
            {
                await Task.Delay(Polling.Interval, cancellationToken);
            }
        }
    }

    private static string ReasonOf(StepContext context) => $"Pipeline {context.Definition.Name}, run {context.RunId}";
}
