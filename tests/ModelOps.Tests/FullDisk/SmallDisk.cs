using System.Diagnostics;

namespace ModelOps.Tests.FullDisk;

/// <summary>A service as a process of its own whose temporary files and data lie on a file system of few megabytes, which it alone sees.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("modelops-small-").FullName;
    private readonly List<string> lines = [];
    private Process process = null!;

    public HttpClient Http { get; } = new() { Timeout = TimeSpan.FromMinutes(1) };

    /// <summary>Whether this machine lets an ordinary user mount a file system in a namespace of its own.</summary>
    public static bool IsAllowed()
    {
        using var probe = Process.Start("unshare", ["--user", "--map-root-user", "--mount", "true"]);
        probe.WaitForExit();
        return probe.ExitCode == 0;
    }

    public static async Task<SmallDisk> StartAsync<TEntryPoint>(int megabytes, IReadOnlyDictionary<string, string> settings)
    {
        var disk = new SmallDisk();
        var port = FreePort.Take();
        var start = new ProcessStartInfo("unshare",
            ["--user", "--map-root-user", "--mount", "--kill-child", "sh", "-c", $"mount -t tmpfs -o size={megabytes}m small \"$0\" && exec \"$@\"", disk.folder, "dotnet", typeof(TEntryPoint).Assembly.Location])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in settings)
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        start.Environment["TMPDIR"] = disk.folder;
        start.Environment["MODELOPS_DATA"] = disk.folder;
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}";
        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // whose files take room
        disk.process = Process.Start(start)!;
        disk.process.OutputDataReceived += (_, line) => disk.Keep(line.Data);
        disk.process.ErrorDataReceived += (_, line) => disk.Keep(line.Data);
        disk.process.BeginOutputReadLine();
        disk.process.BeginErrorReadLine();
        disk.Http.BaseAddress = new Uri($"http://127.0.0.1:{port}");
        await Eventually.TrueAsync(async () => disk.process.HasExited || await disk.IsHealthyAsync(), "the service to be healthy");
        Assert.False(disk.process.HasExited, disk.Output);
        return disk;
    }

    public string Output
    {
        get
        {
            lock (lines)
                return string.Join('\n', lines);
        }
    }

    private async Task<bool> IsHealthyAsync()
    {
        try
        {
            using var health = await Http.GetAsync(new Uri("/health", UriKind.Relative));
            return health.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // it does not listen yet
        }
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        lock (lines)
            lines.Add(line);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
