using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ModelOps.EventLog;

public static class EventLogExtensions
{
    /// <summary>The connection's name; register it with <c>builder.AddKeyedNpgsqlDataSource(EventLogExtensions.Database)</c>.</summary>
    public const string Database = "eventsdb";

    public static IServiceCollection AddEventLog(this IServiceCollection services)
    {
        services.AddOptions<EventLogOptions>().BindConfiguration("EventLog").ValidateDataAnnotations().ValidateOnStart();
        return services.AddSingleton(provider => new ShopEvents(provider.GetRequiredKeyedService<NpgsqlDataSource>(Database)))
            .AddSingleton(provider => new ShopDays(provider.GetRequiredKeyedService<NpgsqlDataSource>(Database)))
            .AddSingleton(provider => new CatalogueLog(provider.GetRequiredKeyedService<NpgsqlDataSource>(Database)))
            .AddSingleton(provider => new RuleLog(provider.GetRequiredKeyedService<NpgsqlDataSource>(Database)))
            .AddSingleton(provider => new EventPace(provider.GetRequiredKeyedService<NpgsqlDataSource>(Database)))
            .AddSingleton(provider => new SearchLog(provider.GetRequiredKeyedService<NpgsqlDataSource>(Database)))
            .AddSingleton(provider => new ConsentLog(provider.GetRequiredKeyedService<NpgsqlDataSource>(Database), provider.GetRequiredService<TimeProvider>()))
            .AddSingleton(provider => new PersonKeys(provider.GetRequiredKeyedService<NpgsqlDataSource>(Database)))
            .AddSingleton(provider => new PersonErasure(provider.GetRequiredKeyedService<NpgsqlDataSource>(Database)));
    }
}
