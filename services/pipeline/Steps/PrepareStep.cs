using System.Globalization;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;

namespace ModelOps.Pipeline.Steps;

/// <summary>A dataset version that holds the uploaded files and what the event log has gathered since.</summary>
internal sealed class PrepareStep(DataPrepClient dataPrep) : IStep
{
    public const string DatasetVersion = "datasetVersion";

    public string Name => "prepare";

    public async Task RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var preparation = await dataPrep.PrepareAsync(
            context.Store, context.Dataset, new PrepareRequest(context.Definition.Prepare.IncludeEventLog), context.IdempotencyKey, cancellationToken);
        while (!preparation.State.IsFinal())
        {
            await Task.Delay(Polling.Interval, cancellationToken);
            preparation = await dataPrep.GetPreparationAsync(context.Store, context.Dataset, preparation.Id, cancellationToken);
        }
        if (preparation is not { State: RunState.Succeeded, Version: { } number })
            throw new StepFailedException(preparation.Error ?? $"The preparation ended as {preparation.State}.");

        var version = await dataPrep.GetVersionAsync(context.Store, context.Dataset, number, cancellationToken);
        context.Outputs[DatasetVersion] = number.ToString(CultureInfo.InvariantCulture);
        context.Metrics["read"] = version.Rows.Read;
        context.Metrics["kept"] = version.Rows.Kept;
        context.Metrics["quarantined"] = version.Rows.Quarantined;
        context.Metrics["users"] = version.Profile.Users;
        context.Metrics["items"] = version.Profile.Items;
    }
}
