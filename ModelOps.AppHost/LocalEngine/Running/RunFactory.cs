using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Azure;
using ModelOps.AppHost.LocalEngine.Parts;

namespace ModelOps.AppHost.LocalEngine.Running;

/// <summary>Which part stands for which resource. Servers come before what lives in them.</summary>
internal sealed class RunFactory(EngineContext context)
{
    private readonly Dictionary<IResource, IPart> _servers = [];

    public IReadOnlyList<ResourceRun> Create(IEnumerable<IResource> resources) => [.. resources.Select(Create).OfType<ResourceRun>()];

    private ResourceRun? Create(IResource resource) => resource switch
    {
        ParameterResource => null,
        ProjectResource => new ProcessRun(resource, "Project", Replicas(resource), context),
        ExecutableResource => new ProcessRun(resource, "Executable", Replicas(resource), context),
        PostgresServerResource server => Server(server, "PostgreSQL", new PostgresPart(server, Folder(server), context)),
        RedisResource cache => Server(cache, "Redis", new GarnetPart(cache, Folder(cache), context)),
        AzureStorageResource { IsEmulator: true } storage => Server(storage, "AzureStorage", new AzuritePart(storage, Folder(storage), context)),
        PostgresDatabaseResource database => new ChildRun(database, "Database", token => Part<PostgresPart>(database.Parent).CreateDatabaseAsync(database, token), context),
        AzureBlobStorageContainerResource { Parent.IsEmulator: true } container =>
            new ChildRun(container, "BlobContainer", token => Part<AzuritePart>(container.Parent).CreateContainerAsync(container, token), context),
        AzureBlobStorageResource { Parent.IsEmulator: true } blobs => new ChildRun(blobs, "Blobs", _ => Task.CompletedTask, context),
        ContainerResource container => new UnsupportedRun(container, "Container", $"LocalEngine runs no containers ({container.Image}). Use Docker and real Aspire: dotnet run -p:UseAspire=true.", context),
        _ => new UnsupportedRun(resource, resource.GetType().Name, "LocalEngine cannot run this resource. Use real Aspire: dotnet run -p:UseAspire=true.", context),
    };

    private ProcessRun Server(IResource resource, string type, IPart part)
    {
        _servers[resource] = part;
        return new ProcessRun(resource, type, [part], context);
    }

    private TPart Part<TPart>(IResource server) where TPart : IPart => (TPart)_servers[server];

    private List<IPart> Replicas(IResource resource)
    {
        var count = resource.Annotations.OfType<ReplicaAnnotation>().LastOrDefault()?.Replicas ?? 1;
        return [.. Enumerable.Range(0, count).Select(index => new ProjectPart(resource, ProcessRun.ReplicaId(resource, index), context))];
    }

    private string Folder(IResource resource) => context.Data.StoreFolder(resource);
}
