using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.Jobs;
using ModelOps.Pipeline.Definitions;
using ModelOps.Pipeline.Runs;
using ModelOps.Pipeline.Steps;
using ModelOps.Pipeline.Triggers;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Pipeline.Automation;

/// <summary>
/// Looks at every schedule and trigger of every pipeline, and hands what fires to <see cref="AutomaticStart"/>. It keeps nothing but in
/// the database: several replicas may look at once.
/// </summary>
internal sealed class AutomationLoop(IServiceScopeFactory scopes, PipelineCatalogue catalogue, IOptions<AutomationOptions> options, TimeProvider time, ILogger<AutomationLoop> logger) : BackgroundService
{
    /// <summary>A run that was just made is about to be queued by whoever made it.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning("Schedules and triggers wait ({Reason})", exception.GetBaseException().Message);
            }
            await Task.Delay(options.Value.Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Looks once at everything.</summary>
    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        Reload();
        await QueueAsync(cancellationToken);
        foreach (var (target, definition) in await TargetsAsync(cancellationToken))
            await LookAsync(target, definition, cancellationToken);
    }

    private void Reload()
    {
        if (!catalogue.Reload())
            return;
        if (catalogue.Refusal is { } refusal)
            logger.LogError("The changed pipelines are not in effect, the ones before them are: {Reason}", refusal);
        else
            logger.LogInformation("The pipelines were read again: {Pipelines}", string.Join(", ", catalogue.Pipelines.Keys));
    }

    /// <summary>Queues what a crash has left between a run's row and its job.</summary>
    private async Task QueueAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var jobs = scope.ServiceProvider.GetRequiredService<JobQueue>();
        var before = time.GetUtcNow() - Grace;
        var queued = await scope.ServiceProvider.GetRequiredService<PipelineDb>().Runs.AsNoTracking()
            .Where(run => run.State == RunState.Queued && run.CreatedAt <= before).Select(run => new { run.Id, run.Store }).ToListAsync(cancellationToken);
        if (queued.Count == 0)
            return;
        var live = await jobs.LiveAsync([.. queued.Select(run => run.Id)], cancellationToken);
        foreach (var run in queued.Where(run => !live.Contains(run.Id)))
            await jobs.RequeueAsync(run.Id, new StoreId(run.Store), RunJob.Kind, cancellationToken);
    }

    /// <summary>Those of every store that has runs, each with the definition that counts there.</summary>
    private async Task<IReadOnlyList<(Target Target, PipelineDefinition Definition)>> TargetsAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<PipelineDb>();
        var book = scope.ServiceProvider.GetRequiredService<PipelineBook>();
        var found = new List<(Target, PipelineDefinition)>();
        foreach (var store in await database.Runs.Where(run => run.State == RunState.Succeeded).Select(run => run.Store).Distinct().Order().ToListAsync(cancellationToken))
        {
            var pipelines = await book.OfAsync(new StoreId(store), cancellationToken);
            foreach (var targets in await Target.OfAsync(database, pipelines, new StoreId(store), cancellationToken))
                found.AddRange(targets.Select(target => (target, pipelines[target.Pipeline])));
        }
        return found;
    }

    private async Task LookAsync(Target target, PipelineDefinition definition, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var on = scope.ServiceProvider.GetServices<ITrigger>().Where(trigger => trigger.IsOn(definition)).ToList();
        await scope.ServiceProvider.GetRequiredService<PipelineDb>().ForgetOffAsync(target, [.. on.Select(trigger => trigger.Name)], cancellationToken);
        foreach (var trigger in on)
        {
            try
            {
                await using var own = scopes.CreateAsyncScope();
                await LookAsync(own.ServiceProvider, target, definition, trigger, cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                logger.LogWarning("{Trigger} of {Pipeline} for {Model} ({Store}) waits ({Reason})", trigger.Name, target.Pipeline, target.Model, target.Store, exception.GetBaseException().Message);
            }
        }
    }

    private async Task LookAsync(IServiceProvider services, Target target, PipelineDefinition definition, ITrigger trigger, CancellationToken cancellationToken)
    {
        var database = services.GetRequiredService<PipelineDb>();
        var lastRun = await AutomaticStart.LastRunAsync(database, target, cancellationToken);
        var question = new TriggerQuestion(
            target, definition, await database.LastTrainedAsync(target, cancellationToken), await database.StateOfAsync(target, trigger.Name, cancellationToken), time.GetUtcNow());
        if (await trigger.ReadAsync(question, cancellationToken) is not { } reading)
            return;
        if (reading.Fires)
        {
            var expected = await ExpectAsync(services, target, definition, cancellationToken);
            var (isDecided, _) = await services.GetRequiredService<AutomaticStart>().DecideAsync(target, definition, trigger.Name, reading, lastRun, expected, StoreAccess.Automation, cancellationToken);
            if (!isDecided)
                return;
        }
        // After the decision: a crash between the two has the trigger read again, and what happens once is decided once.
        await database.KeepAsync(target, trigger.Name, reading, question.Now, cancellationToken);
    }

    /// <returns>Minutes that the trainer expects; null where it has nothing to go by.</returns>
    internal static async Task<double?> ExpectAsync(IServiceProvider services, Target target, PipelineDefinition definition, CancellationToken cancellationToken)
    {
        if (await services.GetRequiredService<DataPrepClient>().FindAsync(target.Store, target.Dataset, cancellationToken) is not { } dataset)
            return null;
        try
        {
            var parameters = TrainStep.Parameters(definition, new Dictionary<string, System.Text.Json.JsonElement>());
            var request = new TrainingRequest(target.Dataset, dataset.LatestVersion, target.Model, parameters) { Application = definition.Application };
            return (await services.GetRequiredService<TrainerClient>().EstimateAsync(target.Store, request, cancellationToken)).Seconds?.Value / 60;
        }
        catch (ServiceException exception) when (!exception.IsTransient)
        {
            return null; // what the trainer refuses, the run's own step says better
        }
    }
}
