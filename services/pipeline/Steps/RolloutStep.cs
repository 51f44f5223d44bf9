using System.Globalization;
using ModelOps.Contracts.Versions;

namespace ModelOps.Pipeline.Steps;

/// <summary>Puts the version before shoppers: the alias moves at once.</summary>
internal sealed class RolloutStep(RegistryClient registry) : IStep
{
    public string Name => "rollout";

    public async Task RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var version = context.IntInput(RegisterStep.ModelVersion);
        var change = await registry.SetAliasAsync(
            context.Store, context.Model, context.Definition.Rollout.Alias,
            new AliasRequest(version, $"Pipeline {context.Definition.Name}, run {context.RunId}"), context.IdempotencyKey, "pipeline", cancellationToken);
        context.Outputs["previousVersion"] = change.From?.ToString(CultureInfo.InvariantCulture) ?? "";
        context.Metrics["version"] = version;
    }
}
