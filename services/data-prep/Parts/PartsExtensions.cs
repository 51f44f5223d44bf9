using ModelOps.Jobs;
using ModelOps.ServiceDefaults;

namespace ModelOps.DataPrep.Parts;

/// <summary>Versions made in parts, which the replicas share.</summary>
internal static class PartsExtensions
{
    public static IServiceCollection AddParts(this IServiceCollection services)
    {
        services.AddSingleton<BuildBlobs>().AddSingleton<Builds>().AddSingleton<PartRequests>().AddSingleton<PartRecipe>().AddSingleton<PartedBuilder>();
        services.AddJobHandler<PartJob>(PartJob.Kind);
        return services.AddHourly("The sweep of builds", (provider, cancellationToken) =>
            provider.GetRequiredService<Builds>().SweepAsync(provider.GetRequiredService<TimeProvider>().GetUtcNow() - Builds.SweptAfter, cancellationToken));
    }
}
