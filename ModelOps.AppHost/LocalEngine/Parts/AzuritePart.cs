using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Azure;
using Azure.Storage.Blobs;
using ModelOps.AppHost.LocalEngine.Packages;
using ModelOps.AppHost.LocalEngine.Processes;
using ModelOps.AppHost.LocalEngine.Running;

namespace ModelOps.AppHost.LocalEngine.Parts;

/// <summary>Azurite, Microsoft's emulator of Azure Storage; of its three services only the blobs.</summary>
internal sealed class AzuritePart(AzureStorageResource resource, string folder, EngineContext context) : IPart
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false });

    public bool IsStore => true;

    private int Port => new EndpointReference(resource, AzureStorageResource.BlobEndpointName).Port;

    public async Task<ProcessSpec> PrepareAsync(CancellationToken cancellationToken)
    {
        var program = await context.NodePackages.AzuriteAsync(cancellationToken);
        if ((await Command.RunAsync("node", ["--version"], folder, null, cancellationToken)).ExitCode != 0)
            throw new DistributedApplicationException("node is not installed. Azurite needs Node.js 20 or newer (https://nodejs.org, or: apt install nodejs).");
        return new ProcessSpec("node",
            [program, "--blobHost", "127.0.0.1", "--blobPort", Port.ToString(CultureInfo.InvariantCulture), "--location", folder,
                "--silent", "--disableTelemetry", "--skipApiVersionCheck"],
            folder);
    }

    public async Task<string?> ProbeAsync(CancellationToken cancellationToken)
    {
        // Any answer will do: without a signature it is 403.
        using var answer = await Http.GetAsync(new Uri($"http://127.0.0.1:{Port}/{AzureStorageResource.EmulatorAccount}?comp=list"), cancellationToken);
        return null;
    }

    public async Task CreateContainerAsync(AzureBlobStorageContainerResource container, CancellationToken cancellationToken)
    {
        var account = await resource.BlobConnectionString.GetValueAsync(cancellationToken);
        await new BlobContainerClient(account, container.BlobContainerName).CreateIfNotExistsAsync(cancellationToken: cancellationToken);
    }
}
