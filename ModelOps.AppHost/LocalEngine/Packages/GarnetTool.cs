using System.Text.Json;
using Aspire.Hosting;
using ModelOps.AppHost.LocalEngine.Running;

namespace ModelOps.AppHost.LocalEngine.Packages;

/// <summary>Garnet, a local .NET tool of this repository, found in NuGet's package folder.</summary>
internal sealed class GarnetTool(string appHostDirectory, EngineConsole console)
{
    private const string Package = "garnet-server";

    public async Task<string> ServerAsync(CancellationToken cancellationToken)
    {
        var manifest = Manifest();
        var version = Version(manifest);
        if (Find(version) is { } server)
            return server;
        console.Info($"Restoring {Package} {version} (dotnet tool restore) ...");
        var (exitCode, output) = await Command.RunAsync("dotnet", ["tool", "restore", "--tool-manifest", manifest], Path.GetDirectoryName(manifest)!, line => console.Info($"  {line}"), cancellationToken);
        return Find(version) ?? throw new DistributedApplicationException($"{Package} {version} could not be restored (exit code {exitCode}): {output}");
    }

    private string Manifest()
    {
        for (var folder = appHostDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var manifest = Path.Combine(folder, ".config", "dotnet-tools.json");
            if (File.Exists(manifest))
                return manifest;
        }
        throw new DistributedApplicationException($"No .config/dotnet-tools.json lies above {appHostDirectory}; it names the version of {Package}.");
    }

    private static string Version(string manifest)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(manifest));
        return json.RootElement.GetProperty("tools").GetProperty(Package).GetProperty("version").GetString()!;
    }

    /// <summary>The build for the newest framework that this machine can run.</summary>
    private static string? Find(string version)
    {
        var tools = Path.Combine(GlobalPackages(), Package, version, "tools");
        if (!Directory.Exists(tools))
            return null;
        return Directory.GetFiles(tools, "GarnetServer.dll", SearchOption.AllDirectories)
            .Select(file => (file, framework: Framework(Path.GetRelativePath(tools, file))))
            .Where(candidate => candidate.framework <= Environment.Version.Major)
            .OrderByDescending(candidate => candidate.framework)
            .Select(candidate => candidate.file)
            .FirstOrDefault();
    }

    // tools/net10.0/any/GarnetServer.dll
    private static int Framework(string path) =>
        System.Version.TryParse(path.Split(Path.DirectorySeparatorChar)[0].Replace("net", "", StringComparison.Ordinal), out var version) ? version.Major : int.MaxValue;

    private static string GlobalPackages() => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } path
        ? path
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
}
