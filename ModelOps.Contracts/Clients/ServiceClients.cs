using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts.Access;
using ModelOps.Contracts.Alerts;
using ModelOps.Contracts.Audit;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Predictions;
using ModelOps.Contracts.Quality;
using ModelOps.Contracts.Runs;
using ModelOps.Contracts.Versions;

namespace ModelOps.Contracts.Clients;

/// <summary>Registers the typed client of each service, found by its resource name through service discovery.</summary>
public static class ServiceClients
{
    public static IServiceCollection AddDataPrepClient(this IServiceCollection services) => services.AddServiceClient<DataPrepClient>("data-prep");

    public static IServiceCollection AddTrainerClient(this IServiceCollection services) => services.AddServiceClient<TrainerClient>("trainer");

    public static IServiceCollection AddRegistryClient(this IServiceCollection services) => services.AddServiceClient<RegistryClient>("registry");

    public static IServiceCollection AddAccessClient(this IServiceCollection services) => services.AddServiceClient<AccessClient>("registry");

    public static IServiceCollection AddKeyGrantsClient(this IServiceCollection services) => services.AddServiceClient<KeyGrantsClient>("registry");

    /// <summary>Asks each service for what it has written down; the first of them stands for all in its address.</summary>
    public static IServiceCollection AddAuditClient(this IServiceCollection services) => services.AddServiceClient<AuditClient>(AuditClient.Services[0]);

    public static IServiceCollection AddInferenceClient(this IServiceCollection services) => services.AddServiceClient<InferenceClient>("inference");

    public static IServiceCollection AddMonitorClient(this IServiceCollection services) => services.AddServiceClient<MonitorClient>("monitor").AddServiceClient<AlertsClient>("monitor");

    public static IServiceCollection AddPipelineClient(this IServiceCollection services) => services.AddServiceClient<PipelineClient>("pipeline");

    private static IServiceCollection AddServiceClient<TClient>(this IServiceCollection services, string resource) where TClient : class
    {
        services.AddHttpClient<TClient>((provider, http) => http.CallService(resource, provider.GetRequiredService<IConfiguration>()));
        return services;
    }

    /// <summary>Points a client at a service, by its resource name, with the key that services show each other.</summary>
    public static void CallService(this HttpClient http, string resource, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(configuration);
        http.BaseAddress = new Uri($"http://{resource}");
        if (configuration["Access:ServiceKey"] is { Length: > 0 } key)
            http.DefaultRequestHeaders.Add(AccessHeaders.ApiKey, key);
    }
}
