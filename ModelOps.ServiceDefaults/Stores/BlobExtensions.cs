using Azure.Storage.Blobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.Hosting;

/// <summary>
/// Aspire's <c>AddAzureBlobContainerClient</c>: a <see cref="BlobContainerClient"/> from a connection string that ends in
/// <c>;ContainerName=…</c> and is either an account's connection string or <c>Endpoint=…</c>.
/// </summary>
public static class BlobExtensions
{
    public static void AddAzureBlobContainerClient(this IHostApplicationBuilder builder, string connectionName)
    {
        var (account, container) = Split(builder.RequiredConnectionString(connectionName), connectionName);
        var options = new BlobClientOptions { Retry = { MaxRetries = 6, Delay = TimeSpan.FromMilliseconds(400), MaxDelay = TimeSpan.FromSeconds(5) } };
        builder.Services.AddSingleton(_ => account.StartsWith("Endpoint=", StringComparison.OrdinalIgnoreCase)
            ? throw new InvalidOperationException($"'{connectionName}' names a storage endpoint without a key. Build with -p:UseAspire=true, whose Azure package signs in with the managed identity.")
            : new BlobContainerClient(account, container, options));
        // Asked once: who wants to know how it is does not wait for six attempts.
        var once = new BlobClientOptions { Retry = { MaxRetries = 0 } };
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            connectionName, _ => new BlobHealthCheck(new BlobContainerClient(account, container, once)), null, null, TimeSpan.FromSeconds(5)));
    }

    /// <summary>Parts an Aspire blob container's connection string. The double semicolon before ContainerName is Aspire's own.</summary>
    internal static (string Account, string Container) Split(string connectionString, string name)
    {
        var parts = connectionString.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var container = parts.FirstOrDefault(part => part.StartsWith("ContainerName=", StringComparison.OrdinalIgnoreCase))
            ?? throw new InvalidOperationException($"The connection string '{name}' has no ContainerName=.");
        return (string.Join(';', parts.Where(part => part != container)), container["ContainerName=".Length..]);
    }

    private sealed class BlobHealthCheck(BlobContainerClient container) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            await container.ExistsAsync(cancellationToken)
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy($"The blob container '{container.Name}' does not exist.");
    }
}
