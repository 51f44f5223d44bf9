using System.Globalization;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>What was asked for (<see cref="Port"/>, <see cref="TargetPort"/>) and, once the application starts, what was given.</summary>
public sealed class EndpointAnnotation(string name, string uriScheme, int? port = null, int? targetPort = null, bool isProxied = true) : IResourceAnnotation
{
    public string Name { get; } = name;

    public string UriScheme { get; } = uriScheme;

    public int? Port { get; set; } = port;

    public int? TargetPort { get; set; } = targetPort;

    public bool IsProxied { get; set; } = isProxied;

    public bool IsExternal { get; set; }

    /// <summary>The variable that tells the process its own port, where ASPNETCORE_URLS does not.</summary>
    public string? TargetPortEnvironmentVariable { get; set; }

    internal TaskCompletionSource<int> AllocatedPort { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

public enum EndpointProperty
{
    Url,
    Host,
    IPV4Host,
    Port,
    Scheme,
    TargetPort,
    HostAndPort,
}

/// <summary>Another resource's endpoint by name. It may be referred to before the endpoint is declared.</summary>
public sealed class EndpointReference(IResourceWithEndpoints owner, string endpointName) : IValueProvider, IManifestExpressionProvider
{
    public IResourceWithEndpoints Resource { get; } = owner;

    public string EndpointName { get; } = endpointName;

    public bool IsAllocated => Find() is { AllocatedPort.Task.IsCompletedSuccessfully: true };

    public bool Exists => Find() is not null;

    public string Scheme => Annotation.UriScheme;

    public string Host { get; } = "localhost";

    /// <summary>The public port. Known once the application started.</summary>
    public int Port => IsAllocated
        ? Annotation.AllocatedPort.Task.Result
        : throw new InvalidOperationException($"The endpoint '{EndpointName}' of '{Resource.Name}' has no port before the application starts.");

    public string Url => $"{Scheme}://{Host}:{Port.ToString(CultureInfo.InvariantCulture)}";

    public string ValueExpression => $"{{{Resource.Name}.bindings.{EndpointName}.url}}";

    private EndpointAnnotation Annotation => Find()
        ?? throw new InvalidOperationException($"The resource '{Resource.Name}' has no endpoint named '{EndpointName}'.");

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) =>
        Property(EndpointProperty.Url).GetValueAsync(cancellationToken);

    public EndpointReferenceExpression Property(EndpointProperty property) => new(this, property);

    internal Task<int> WaitForPortAsync(CancellationToken cancellationToken) => Annotation.AllocatedPort.Task.WaitAsync(cancellationToken);

    internal int? TargetPort => Annotation.TargetPort;

    private EndpointAnnotation? Find() => Resource.Annotations.OfType<EndpointAnnotation>()
        .FirstOrDefault(endpoint => endpoint.Name.Equals(EndpointName, StringComparison.OrdinalIgnoreCase));
}

public sealed class EndpointReferenceExpression(EndpointReference endpoint, EndpointProperty property) : IValueProvider, IManifestExpressionProvider
{
    public EndpointReference Endpoint { get; } = endpoint;

    public string ValueExpression => $"{{{Endpoint.Resource.Name}.bindings.{Endpoint.EndpointName}.{property.ToString().ToLowerInvariant()}}}";

    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default)
    {
        var port = (await Endpoint.WaitForPortAsync(cancellationToken)).ToString(CultureInfo.InvariantCulture);
        return property switch
        {
            EndpointProperty.Url => $"{Endpoint.Scheme}://{Endpoint.Host}:{port}",
            EndpointProperty.Host => Endpoint.Host,
            EndpointProperty.IPV4Host => "127.0.0.1",
            EndpointProperty.Port => port,
            EndpointProperty.Scheme => Endpoint.Scheme,
            EndpointProperty.TargetPort => Endpoint.TargetPort?.ToString(CultureInfo.InvariantCulture) ?? port,
            EndpointProperty.HostAndPort => $"{Endpoint.Host}:{port}",
            _ => throw new InvalidOperationException($"{property} is no property of an endpoint."),
        };
    }
}
