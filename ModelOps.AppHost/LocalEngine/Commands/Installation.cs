using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Azure;
using Microsoft.Extensions.Configuration;
using ModelOps.AppHost.LocalEngine.Network;
using ModelOps.AppHost.LocalEngine.Storage;

namespace ModelOps.AppHost.LocalEngine.Commands;

/// <summary>
/// What AppHost.cs describes, as it stands on this machine: its data folder, and, where it runs, its addresses. A store whose connection
/// string is configured (<c>ConnectionStrings__registrydb=…</c>) is that one, wherever it is.
/// </summary>
internal sealed class Installation
{
    private readonly IConfiguration _configuration;
    private readonly IReadOnlyList<IResource> _resources;
    private readonly Dictionary<string, string> _urls;

    public Installation(DistributedApplicationBuilder application)
    {
        (_configuration, Data, AppHostDirectory) = (application.Configuration, application.DataFolder, application.AppHostDirectory);
        _resources = [.. application.Resources];
        IsRunning = EngineLock.IsHeld(Data);
        _urls = IsRunning ? Endpoints() : [];
        foreach (var (resource, endpoint) in EndpointsOf(_resources))
        {
            if (_urls.TryGetValue(EndpointAllocation.KeyOf(resource, endpoint), out var url))
                endpoint.AllocatedPort.TrySetResult(new Uri(url).Port);
        }
    }

    public DataFolder Data { get; }

    public string AppHostDirectory { get; }

    /// <summary>Whether an AppHost runs on the data folder.</summary>
    public bool IsRunning { get; }

    public IConfiguration Configuration => _configuration;

    public IReadOnlyList<PostgresDatabaseResource> Databases => [.. _resources.OfType<PostgresDatabaseResource>()];

    public IReadOnlyList<AzureBlobStorageContainerResource> Containers => [.. _resources.OfType<AzureBlobStorageContainerResource>()];

    public IReadOnlyList<RedisResource> Caches => [.. _resources.OfType<RedisResource>()];

    public IReadOnlyList<ProjectResource> Services => [.. _resources.OfType<ProjectResource>().Where(service => service.Annotations.OfType<EndpointAnnotation>().Any())];

    public IEnumerable<(IResource Resource, EndpointAnnotation Endpoint)> AllEndpoints => EndpointsOf(_resources);

    public IEnumerable<ParameterResource> Parameters => _resources.OfType<ParameterResource>();

    /// <summary>Where a service answers; null where it does not run here.</summary>
    public Uri? UrlOf(IResource service) => _urls.TryGetValue(service.Name, out var url) ? new Uri(url) : null;

    /// <summary>Null where the store is not configured and does not run here.</summary>
    public async Task<string?> ConnectionStringAsync(IResourceWithConnectionString store, CancellationToken cancellationToken)
    {
        if (_configuration.GetConnectionString(store.Name) is { Length: > 0 } configured)
            return configured;
        IResource server = store is IResourceWithParent child ? child.Parent : store;
        return server.Annotations.OfType<EndpointAnnotation>().All(endpoint => endpoint.AllocatedPort.Task.IsCompleted)
            ? await store.ConnectionStringExpression.GetValueAsync(cancellationToken)
            : null;
    }

    private Dictionary<string, string> Endpoints()
    {
        var path = Data.File(EndpointAllocation.FileName);
        return File.Exists(path) ? JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(path)) ?? [] : [];
    }

    private static IEnumerable<(IResource Resource, EndpointAnnotation Endpoint)> EndpointsOf(IEnumerable<IResource> resources) =>
        from resource in resources from endpoint in resource.Annotations.OfType<EndpointAnnotation>() select (resource, endpoint);
}
