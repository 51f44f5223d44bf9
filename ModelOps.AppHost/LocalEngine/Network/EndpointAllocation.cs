using System.Net.Sockets;
using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using ModelOps.AppHost.LocalEngine.Running;
using ModelOps.AppHost.LocalEngine.Storage;

namespace ModelOps.AppHost.LocalEngine.Network;

/// <summary>Gives every endpoint its public port: the one that was asked for, or another one where that is taken, and says so.</summary>
internal sealed class EndpointAllocation(EngineConsole console, bool dynamicPorts) : IAsyncDisposable
{
    public const string FileName = "endpoints.json";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private readonly List<TcpProxy> _proxies = [];
    private readonly SortedDictionary<string, string> _urls = [];

    /// <summary>For a store or an unproxied endpoint: the process itself will listen there.</summary>
    public void Reserve(IResource resource, EndpointAnnotation endpoint)
    {
        var wanted = dynamicPorts ? null : endpoint.Port;
        var port = wanted is { } asked && FreePorts.IsFree(asked) ? asked : FreePorts.Take();
        SayIfOther(resource, endpoint, wanted, port);
        Allocate(resource, endpoint, port);
    }

    /// <summary>Listens itself, in front of replicas whose ports change.</summary>
    public void Proxy(IResource resource, EndpointAnnotation endpoint, Func<IReadOnlyList<int>> targets)
    {
        var wanted = dynamicPorts ? null : endpoint.Port;
        var port = Listen(resource, endpoint, wanted ?? FreePorts.Take(), targets)
            ?? Listen(resource, endpoint, FreePorts.Take(), targets)
            ?? throw new InvalidOperationException($"No port is free for '{resource.Name}'.");
        SayIfOther(resource, endpoint, wanted, port);
        Allocate(resource, endpoint, port);
    }

    /// <summary>For scripts and tests, which cannot guess what was chosen.</summary>
    public void WriteTo(DataFolder data) => File.WriteAllText(data.File(FileName), JsonSerializer.Serialize(_urls, Indented));

    public static string KeyOf(IResource resource, EndpointAnnotation endpoint) =>
        endpoint.Name is "http" or "tcp" or "blob" ? resource.Name : $"{resource.Name}/{endpoint.Name}";

    private int? Listen(IResource resource, EndpointAnnotation endpoint, int port, Func<IReadOnlyList<int>> targets)
    {
        try
        {
            _proxies.Add(new TcpProxy(port, targets, resource.Name, endpoint.UriScheme == "http"));
            return port;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private void SayIfOther(IResource resource, EndpointAnnotation endpoint, int? wanted, int port)
    {
        if (wanted is not null && wanted != port)
            console.Warn($"Port {wanted} is taken; {resource.Name} listens on {endpoint.UriScheme}://localhost:{port} instead.");
    }

    private void Allocate(IResource resource, EndpointAnnotation endpoint, int port)
    {
        endpoint.AllocatedPort.TrySetResult(port);
        _urls[KeyOf(resource, endpoint)] = $"{endpoint.UriScheme}://localhost:{port}";
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in _proxies)
            await proxy.DisposeAsync();
    }
}
