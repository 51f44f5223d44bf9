using Microsoft.Extensions.DependencyInjection;

namespace ModelOps.Jobs;

/// <summary>Adds the queue, which lives in the service's own <c>NpgsqlDataSource</c>, and the worker.</summary>
public static class JobExtensions
{
    /// <summary>Registers the queue and its worker. Call <see cref="JobQueue.CreateSchemaAsync"/> before the host starts.</summary>
    public static IServiceCollection AddJobs(this IServiceCollection services)
    {
        services.AddOptions<JobOptions>().BindConfiguration("Jobs").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<JobQueue>();
        services.AddSingleton<JobRunner>();
        services.AddHostedService<JobWorker>();
        return services;
    }

    /// <summary>Has the worker run the jobs of <paramref name="kind"/> with a <typeparamref name="THandler"/>, a scope for each job.</summary>
    /// <param name="isApart">One after the other beside the other kinds, so that none of those waits for a long one of these.</param>
    public static IServiceCollection AddJobHandler<THandler>(this IServiceCollection services, string kind, bool isApart = false) where THandler : class, IJobHandler =>
        services.AddSingleton(new JobKind(kind, isApart)).AddKeyedScoped<IJobHandler, THandler>(kind);
}

/// <summary>A kind of job that this service runs.</summary>
/// <param name="IsApart">Whether it has a worker of its own.</param>
internal sealed record JobKind(string Name, bool IsApart);
