using Azure;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts.Runs;
using ModelOps.Contracts.Signing;
using ModelOps.Jobs;
using ModelOps.Trainer.Estimates;
using ModelOps.Trainer.Imports;
using ModelOps.Trainer.Quotas;
using ModelOps.Trainer.Reproductions;
using ModelOps.Trainer.Search;

namespace ModelOps.Trainer.Runs;

/// <summary>What runs need before the service answers.</summary>
internal static class RunsStart
{
    public static void AddRuns(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<TrainerOptions>().BindConfiguration("Trainer").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddOptions<QuotaOptions>().BindConfiguration("Trainer:Quota").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSignedPackages();
        builder.Services.AddSingleton<QuotaCheck>();
        builder.Services.AddSingleton<RunStarts>();
        builder.Services.AddScoped<Estimator>();
        builder.Services.AddTransient<Originals>();
        builder.Services.AddScoped<ReproductionCheck>();
        builder.Services.AddSingleton<RunBlobs>();
        builder.Services.AddSingleton<ImportBlobs>();
        builder.Services.AddSingleton<RunRetention>();
        builder.Services.AddTransient<VersionOrigins>();
        builder.Services.AddTransient<Registration>();
        builder.Services.AddTransient<RunInputs>();
        builder.Services.AddTransient<PictureVersions>();
        builder.Services.AddSingleton<RunQueue>();
        builder.Services.AddSingleton<Searches>();
    }

    /// <summary>Creates the queue's table, and queues again what was accepted by a service that died before it could queue it.</summary>
    public static async Task PrepareAsync(IServiceProvider services)
    {
        var queue = services.GetRequiredService<JobQueue>();
        await queue.CreateSchemaAsync();
        await TryCreateContainerAsync(services);
        var accepted = await services.GetRequiredService<RunsDb>().Runs.AsNoTracking()
            .Where(run => run.State == RunState.Queued || run.State == RunState.Running).ToListAsync();
        foreach (var run in accepted)
            await services.GetRequiredService<RunQueue>().EnqueueAsync(run, CancellationToken.None);
    }

    /// <summary>Blob storage may be away for now: the first upload tries again.</summary>
    private static async Task TryCreateContainerAsync(IServiceProvider services)
    {
        try
        {
            await services.GetRequiredService<RunBlobs>().CreateContainerAsync();
        }
        catch (Exception exception) when (exception is RequestFailedException or AggregateException)
        {
            services.GetRequiredService<ILogger<RunBlobs>>().LogWarning("Blob storage is not reachable yet ({Reason})", exception.Message);
        }
    }
}
