using System.Globalization;
using ModelOps.Contracts.Runs;
using ModelOps.Contracts.Versions;

namespace ModelOps.Pipeline.Steps;

/// <summary>The package becomes a READY version; the trainer, which keeps a copy until then, puts it into the registry.</summary>
internal sealed class RegisterStep(TrainerClient trainer) : IStep
{
    public const string ModelVersion = "modelVersion";

    public string Name => "register";

    public async Task RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var version = await trainer.RegisterAsync(context.Store, Guid.Parse(context.Input(TrainStep.TrainingRun)), cancellationToken);
        if (version.Status != VersionStatus.Ready)
            throw new StepFailedException($"Version {version.Version} of '{version.Model}' is {version.Status}: {version.Error}");
        context.Outputs[ModelVersion] = version.Version.ToString(CultureInfo.InvariantCulture);
        context.Metrics["version"] = version.Version;
    }
}
