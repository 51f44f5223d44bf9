using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Azure;

public class AzureStorageResource(string name) : Resource(name), IResourceWithEndpoints, IResourceWithWaitSupport
{
    internal const string BlobEndpointName = "blob";

    public bool IsEmulator { get; internal set; }

    // Azurite's published development account: the same two values on every machine.
    internal const string EmulatorAccount = "devstoreaccount1";
    private const string EmulatorKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    internal ReferenceExpression BlobConnectionString
    {
        get
        {
            var blob = new EndpointReference(this, BlobEndpointName);
            return ReferenceExpression.Create(
                $"DefaultEndpointsProtocol=http;AccountName={EmulatorAccount};AccountKey={EmulatorKey};BlobEndpoint=http://{blob.Property(EndpointProperty.IPV4Host)}:{blob.Property(EndpointProperty.Port)}/{EmulatorAccount};");
        }
    }
}

/// <summary>The storage account seen as the emulator that stands in for it.</summary>
public sealed class AzureStorageEmulatorResource(AzureStorageResource storage) : ContainerResource(storage.Name)
{
    public override ResourceAnnotationCollection Annotations => storage.Annotations;
}

public class AzureBlobStorageResource(string name, AzureStorageResource storage)
    : Resource(name), IResourceWithParent<AzureStorageResource>, IResourceWithConnectionString, IResourceWithWaitSupport
{
    public AzureStorageResource Parent { get; } = storage;

    public ReferenceExpression ConnectionStringExpression => Parent.BlobConnectionString;
}

public class AzureBlobStorageContainerResource(string name, string blobContainerName, AzureStorageResource storage)
    : Resource(name), IResourceWithParent<AzureStorageResource>, IResourceWithConnectionString, IResourceWithWaitSupport
{
    public AzureStorageResource Parent { get; } = storage;

    public string BlobContainerName { get; } = blobContainerName;

    // The account's string ends in a semicolon and Aspire adds another: services see a double one.
    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{Parent.BlobConnectionString};ContainerName={BlobContainerName}");
}
