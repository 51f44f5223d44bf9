using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Npgsql;

// Aspire's own namespace, so that a service's Program.cs reads the same with either implementation.
namespace Microsoft.Extensions.Hosting;

/// <summary>Aspire's <c>AddNpgsqlDataSource</c> and <c>AddNpgsqlDbContext</c>: a connection string by name, a health check, traces, metrics, retries.</summary>
public static class PostgresExtensions
{
    /// <summary>Connections per process. A hundred connections serve the whole stack.</summary>
    private const int PoolSize = 10;

    public static void AddNpgsqlDataSource(this IHostApplicationBuilder builder, string connectionName)
    {
        var connectionString = builder.PostgresConnectionString(connectionName);
        builder.Services.AddSingleton(provider => Build(provider, connectionString));
        builder.AddPostgresHealthCheck($"PostgreSql_{connectionName}", provider => provider.GetRequiredService<NpgsqlDataSource>().CreateConnection());
    }

    /// <summary>For a service that opens a second database: the data source is keyed by the connection's name.</summary>
    public static void AddKeyedNpgsqlDataSource(this IHostApplicationBuilder builder, string name)
    {
        var connectionString = builder.PostgresConnectionString(name);
        builder.Services.AddKeyedSingleton(name, (provider, _) => Build(provider, connectionString));
        builder.AddPostgresHealthCheck($"PostgreSql_{name}", provider => provider.GetRequiredKeyedService<NpgsqlDataSource>(name).CreateConnection());
    }

    public static void AddNpgsqlDbContext<TContext>(
        this IHostApplicationBuilder builder, string connectionName, Action<DbContextOptionsBuilder>? configureDbContextOptions = null)
        where TContext : DbContext
    {
        var connectionString = builder.PostgresConnectionString(connectionName);
        builder.Services.AddDbContextPool<TContext>(options =>
        {
            options.UseNpgsql(connectionString, postgres => postgres.EnableRetryOnFailure());
            configureDbContextOptions?.Invoke(options);
        });
        // Not through the context, which would try again and again for longer than whoever asks for health waits.
        builder.AddPostgresHealthCheck(connectionName, _ => new NpgsqlConnection(connectionString));
    }

    private static NpgsqlDataSource Build(IServiceProvider provider, string connectionString) =>
        new NpgsqlDataSourceBuilder(connectionString).UseLoggerFactory(provider.GetService<ILoggerFactory>()).Build();

    private static string PostgresConnectionString(this IHostApplicationBuilder builder, string name) =>
        new NpgsqlConnectionStringBuilder(builder.RequiredConnectionString(name)) { MaxPoolSize = PoolSize, KeepAlive = 30 }.ConnectionString;

    internal static string RequiredConnectionString(this IHostApplicationBuilder builder, string name) =>
        builder.Configuration.GetConnectionString(name) is { Length: > 0 } value
            ? value
            : throw new InvalidOperationException($"The connection string '{name}' is missing. Start the service through ModelOps.AppHost, or set ConnectionStrings__{name}.");

    private static void AddPostgresHealthCheck(this IHostApplicationBuilder builder, string name, Func<IServiceProvider, NpgsqlConnection> connect) =>
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(name, provider => new PostgresHealthCheck(() => connect(provider)), null, null, TimeSpan.FromSeconds(5)));

    private sealed class PostgresHealthCheck(Func<NpgsqlConnection> connect) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            await using var connection = connect();
            await connection.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand("SELECT 1", connection);
            await command.ExecuteScalarAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
    }
}
