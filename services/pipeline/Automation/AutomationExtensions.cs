using ModelOps.Contracts.Clients;
using ModelOps.Pipeline.Triggers;

namespace ModelOps.Pipeline.Automation;

/// <summary>Pipelines that start themselves: the triggers, the one door to a run, and the loop that looks.</summary>
internal static class AutomationExtensions
{
    public static IServiceCollection AddAutomation(this IServiceCollection services)
    {
        services.AddOptions<AutomationOptions>().BindConfiguration("Automation").ValidateDataAnnotations()
            .Validate(options => options.WebhookSecrets.Values.All(secret => secret.Length >= 16), "Automation:WebhookSecrets has a secret of fewer than 16 characters. Use at least 16, for example from: openssl rand -hex 24")
            .ValidateOnStart();
        services.AddHttpClient<IDriftSource, MonitorDriftSource>((provider, http) => http.CallService("monitor", provider.GetRequiredService<IConfiguration>()));
        services
            .AddTransient<ITrigger, ScheduleTrigger>()
            .AddTransient<ITrigger, DriftTrigger>()
            .AddTransient<ITrigger, NewRowsTrigger>()
            .AddTransient<ITrigger, QualityDropTrigger>();
        services.AddScoped<AutomaticStart>();
        services.AddSingleton<AutomationLoop>();
        return services.AddHostedService(provider => provider.GetRequiredService<AutomationLoop>());
    }
}
