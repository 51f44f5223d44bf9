using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using ModelOps.AppHost.LocalEngine.Network;
using ModelOps.AppHost.LocalEngine.Processes;
using ModelOps.AppHost.LocalEngine.Running;

namespace ModelOps.AppHost.LocalEngine.Parts;

/// <summary>One replica of a .NET project, started from what the build left, with the environment that Aspire would give it.</summary>
internal sealed class ProjectPart(IResource resource, string id, EngineContext context) : IPart
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2), UseProxy = false });
    private readonly Dictionary<EndpointAnnotation, int> _targetPorts = [];

    public bool IsStore => false;

    public bool MayFinish => true;

    /// <summary>Where this replica listens for the endpoint, from the moment it is being started.</summary>
    public int? TargetPort(EndpointAnnotation endpoint)
    {
        lock (_targetPorts)
            return _targetPorts.TryGetValue(endpoint, out var port) ? port : null;
    }

    public async Task<ProcessSpec> PrepareAsync(CancellationToken cancellationToken)
    {
        ChooseTargetPorts();
        var environment = await new ProjectEnvironment(resource, id, context).BuildAsync(TargetPort, cancellationToken);
        return Program() with { Environment = environment };
    }

    private ProcessSpec Program()
    {
        var args = new List<object>();
        foreach (var annotation in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>())
            annotation.Callback(args);
        var words = args.Select(arg => arg.ToString()!);
        if (resource is ExecutableResource executable)
            return new ProcessSpec(executable.Command, [.. words], executable.WorkingDirectory);

        var project = resource.Annotations.OfType<ProjectAnnotation>().Single().Metadata;
        var built = (project as IBuiltProject)?.TargetPath;
        if (!File.Exists(built))
            throw new DistributedApplicationException($"{built ?? project.ProjectPath} is not built. Build ModelOps.AppHost: it builds every service.");
        return new ProcessSpec(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet",
            [built, .. words], Path.GetDirectoryName(project.ProjectPath)!);
    }

    // A new port for each life: the old one may still be held by what the crash left.
    private void ChooseTargetPorts()
    {
        lock (_targetPorts)
        {
            foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
            {
                if (_targetPorts.Remove(endpoint, out var old))
                    FreePorts.Return(old);
                _targetPorts[endpoint] = !endpoint.IsProxied ? endpoint.AllocatedPort.Task.Result : endpoint.TargetPort ?? FreePorts.Take();
            }
        }
    }

    public async Task<string?> ProbeAsync(CancellationToken cancellationToken)
    {
        var checks = resource.Annotations.OfType<HttpHealthCheckAnnotation>().ToList();
        foreach (var check in checks)
        {
            var endpoint = resource.Annotations.OfType<EndpointAnnotation>().First(endpoint => endpoint.Name == (check.EndpointName ?? "http"));
            if (await AskAsync(check, TargetPort(endpoint)!.Value, cancellationToken) is { } reason)
                return reason;
        }
        return checks.Count > 0 ? null : await IsListeningAsync(cancellationToken);
    }

    private static async Task<string?> AskAsync(HttpHealthCheckAnnotation check, int port, CancellationToken cancellationToken)
    {
        using var answer = await Http.GetAsync(new Uri($"http://127.0.0.1:{port}{check.Path}"), cancellationToken);
        if ((int)answer.StatusCode == check.StatusCode)
            return null;
        var body = await answer.Content.ReadAsStringAsync(cancellationToken);
        return $"{check.Path} answers {(int)answer.StatusCode}: {(body.Length > 500 ? body[..500] : body)}";
    }

    private async Task<string?> IsListeningAsync(CancellationToken cancellationToken)
    {
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync("127.0.0.1", TargetPort(endpoint)!.Value, cancellationToken);
        }
        return null;
    }

}
