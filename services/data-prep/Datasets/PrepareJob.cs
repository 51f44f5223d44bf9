using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts.Runs;
using ModelOps.DataPrep.Checks;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Parts;
using ModelOps.DataPrep.Sources;
using ModelOps.Jobs;

namespace ModelOps.DataPrep.Datasets;

/// <summary>Makes a dataset version in the background, for a pipeline.</summary>
internal sealed class PrepareJob(DatasetsDb database, DatasetVersions versions, Builds builds) : IJobHandler
{
    public const string Kind = "prepare";

    public async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        var preparation = await database.Preparations.SingleAsync(row => row.Id == job.Id, cancellationToken);
        if (preparation.State.IsFinal())
            return;
        preparation.State = RunState.Running;
        await database.SaveChangesAsync(cancellationToken);
        try
        {
            using var folder = new WorkFolder();
            preparation.Version = (await versions.RefreshAsync(job.Store, preparation.Dataset, preparation.IncludeEventLog, preparation.Remapping, folder.Path, job.Id, cancellationToken)).Version;
        }
        catch (Exception exception) when (exception is UploadException or MappingException or RulesException)
        {
            throw new FinalJobFailureException(exception.Message, exception);
        }
        preparation.State = RunState.Succeeded;
        await database.SaveChangesAsync(cancellationToken);
    }

    public async Task OnFailedAsync(Job job, string error, CancellationToken cancellationToken)
    {
        await database.Preparations.Where(row => row.Id == job.Id)
            .ExecuteUpdateAsync(row => row.SetProperty(p => p.State, RunState.Failed).SetProperty(p => p.Error, error), cancellationToken);
        await builds.EndOfOwnerAsync(job.Id, cancellationToken);
    }
}
