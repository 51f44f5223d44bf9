using System.Globalization;
using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using ModelOps.AppHost.LocalEngine.Processes;
using ModelOps.AppHost.LocalEngine.Running;

namespace ModelOps.AppHost.LocalEngine.Parts;

/// <summary>Garnet, which speaks Redis' protocol, with an append-only file and a small footprint.</summary>
internal sealed class GarnetPart(RedisResource resource, string folder, EngineContext context) : IPart
{
    public bool IsStore => true;

    public async Task<ProcessSpec> PrepareAsync(CancellationToken cancellationToken)
    {
        var server = await context.GarnetTool.ServerAsync(cancellationToken);
        var configuration = Path.Combine(folder, "garnet.json");
        // In a file, because anyone on the machine can read a command line.
        await File.WriteAllTextAsync(configuration, JsonSerializer.Serialize(Settings()), cancellationToken);
        return new ProcessSpec("dotnet", [server, "--config-import-path", configuration, .. Options()], folder)
        {
            Environment = new Dictionary<string, string> { ["DOTNET_gcServer"] = "0", ["DOTNET_GCConserveMemory"] = "5" },
        };
    }

    private Dictionary<string, string> Settings() => resource.PasswordParameter is { } password
        ? new() { ["AuthenticationMode"] = "Password", ["Password"] = password.Value }
        : [];

    private string[] Options() =>
    [
        "--port", resource.PrimaryEndpoint.Port.ToString(CultureInfo.InvariantCulture),
        "--bind", "127.0.0.1",
        "--memory", "64m", "--page", "4m", "--index", "8m",
        "--aof", "--aof-memory", "32m", "--aof-page-size", "8m", "--aof-commit-freq", "50", "--aof-size-limit", "256m",
        "--checkpointdir", Path.Combine(folder, "data"), "--recover",
        // Garnet's own native device hangs with --aof on some kernels.
        "--device-type", "RandomAccess",
    ];

    public Task<string?> ProbeAsync(CancellationToken cancellationToken) =>
        RedisPing.AskAsync("127.0.0.1", resource.PrimaryEndpoint.Port, resource.PasswordParameter?.Value, isEncrypted: false, cancellationToken);
}
