using Microsoft.Extensions.Options;

namespace ModelOps.Inference.Batching;

internal static class BatchingSetup
{
    public static IServiceCollection AddBatching(this IServiceCollection services)
    {
        services.AddOptions<BatchingOptions>().BindConfiguration("Batching").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<BatchMetrics>();
        services.AddSingleton<IStartupFilter, AdmissionGate>();
        return services.AddSingleton(provider => new BatchingHost(
            provider.GetRequiredService<IOptions<BatchingOptions>>().Value, provider.GetRequiredService<BatchMetrics>(), provider.GetRequiredService<TimeProvider>()));
    }
}
