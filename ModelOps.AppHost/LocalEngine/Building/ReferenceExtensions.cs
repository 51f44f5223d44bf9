using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static class ReferenceExtensions
{
    /// <summary>Sets <c>ConnectionStrings__NAME</c>.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder,
        IResourceBuilder<IResourceWithConnectionString> source,
        string? connectionName = null,
        bool optional = false)
        where TDestination : IResourceWithEnvironment
    {
        var resource = source.Resource;
        var variable = resource.ConnectionStringEnvironmentVariable ?? $"ConnectionStrings__{connectionName ?? resource.Name}";
        return builder.WithAnnotation(new EnvironmentCallbackAnnotation(async context =>
        {
            var value = await resource.GetConnectionStringAsync(context.CancellationToken);
            if (!string.IsNullOrEmpty(value))
                context.EnvironmentVariables[variable] = value;
            else if (!optional)
                throw new DistributedApplicationException($"The connection string of '{resource.Name}' is empty.");
        }));
    }

    /// <summary>Sets <c>services__NAME__ENDPOINT__0</c> and <c>NAME_ENDPOINT</c> for each endpoint of the other resource.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source)
        where TDestination : IResourceWithEnvironment =>
        builder.WithVariables(variables =>
        {
            // Read when the process starts: the other resource may be given its endpoints after this call.
            foreach (var endpoint in source.Resource.Annotations.OfType<EndpointAnnotation>())
                AddEndpoint(variables, new EndpointReference(source.Resource, endpoint.Name));
        });

    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, EndpointReference endpointReference)
        where TDestination : IResourceWithEnvironment =>
        builder.WithVariables(variables => AddEndpoint(variables, endpointReference));

    private static void AddEndpoint(Dictionary<string, object> variables, EndpointReference endpoint)
    {
        var name = endpoint.Resource.Name;
        variables[$"services__{name}__{endpoint.EndpointName}__0"] = endpoint;
        variables[$"{name}_{endpoint.EndpointName}".Replace('-', '_').ToUpperInvariant()] = endpoint;
    }
}
