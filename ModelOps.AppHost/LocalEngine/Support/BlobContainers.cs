using Azure.Storage.Blobs;

namespace ModelOps.AppHost.LocalEngine.Support;

/// <summary>A container from the connection string that a service is told: an account's, and <c>;ContainerName=…</c>.</summary>
internal static class BlobContainers
{
    private const string Name = "ContainerName=";

    public static BlobContainerClient Open(string connectionString)
    {
        var parts = connectionString.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var container = parts.Single(part => part.StartsWith(Name, StringComparison.OrdinalIgnoreCase));
        return new BlobContainerClient(string.Join(';', parts.Where(part => part != container)), container[Name.Length..]);
    }
}
