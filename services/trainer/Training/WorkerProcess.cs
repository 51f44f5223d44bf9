using System.Diagnostics;
using ModelOps.Contracts.Runs;
using ModelOps.Trainer.DataParallel;

namespace ModelOps.Trainer.Training;

/// <summary>How a worker ended.</summary>
/// <param name="Errors">The last of what it printed to its standard error.</param>
public sealed record WorkerEnd(int ExitCode, TrainingResult? Result, string? Error, string Errors)
{
    /// <summary>True when the worker neither finished nor explained why: libtorch aborted, or something killed it.</summary>
    public bool Crashed => Result is null && Error is null;
}

/// <summary>Starts a worker and listens to it. A native abort ends the worker, not the service.</summary>
public static class WorkerProcess
{
    private const int KeptErrors = 20;

    /// <summary>
    /// libtorch frees and takes large blocks at each step. Kept in the heap instead of given back, training takes half the time or less;
    /// that needs the one arena that grows without bounds, as another thread's gives back each 64 MB.
    /// </summary>
    private const string MemoryTunables = "glibc.malloc.mmap_threshold=17179869184:glibc.malloc.trim_threshold=17179869184:glibc.malloc.arena_max=1";

    /// <summary>Set for every worker.</summary>
    public static IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>
    {
        ["GLIBC_TUNABLES"] = MemoryTunables,
        ["OMP_WAIT_POLICY"] = "passive",
        ["DOTNET_gcServer"] = "0",
    };

    /// <summary>
    /// Runs the worker on <paramref name="folder"/>, or several that train together; cancelling kills them. When one of several is
    /// lost, those that remain go on from the checkpoint.
    /// </summary>
    /// <param name="hear">Told each message in order; also other printed lines, with a null message.</param>
    public static async Task<WorkerEnd> RunAsync(string folder, Func<WorkerMessage?, string, Task> hear, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(hear);
        var launch = await LaunchOf(folder);
        if (launch.Workers > 1 && Launch.Program() is null)
            return new WorkerEnd(1, null, $"'workers' is {launch.Workers}, but Open MPI, which they talk through, is not installed: mpirun is in no folder of the trainer's PATH. Install Debian's openmpi-bin on every host, or set 'workers' to 1.", "");
        while (true)
        {
            var end = await RunAsync(folder, launch, hear, cancellationToken);
            if (!end.Crashed || launch.Workers == 1)
                return end;
            launch = launch.Remaining(end.Errors);
            await hear(null, $"A process of the training was lost; {launch.Workers} {(launch.Workers == 1 ? "goes" : "go")} on from the checkpoint.");
        }
    }

    private static async Task<Launch> LaunchOf(string folder)
    {
        var task = await TrainingTask.ReadAsync(folder);
        var parameters = task.Application == ApplicationName.Recommend ? TrainingParameters.Parse(task.Parameters, out _) : null;
        return new Launch(parameters?.Workers ?? 1, parameters?.Hosts ?? []);
    }

    private static async Task<WorkerEnd> RunAsync(string folder, Launch launch, Func<WorkerMessage?, string, Task> hear, CancellationToken cancellationToken)
    {
        using var process = Process.Start(StartInfo(folder, launch))!;
        using var killing = cancellationToken.Register(() => process.Kill(entireProcessTree: true));
        var errors = CollectErrorsAsync(process);
        TrainingResult? result = null;
        string? error = null;
        while (await process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
        {
            var message = WorkerMessage.TryParse(line);
            result ??= message?.Result;
            error ??= message?.Error;
            if (!cancellationToken.IsCancellationRequested)
                await hear(message, line);
        }
        await process.WaitForExitAsync(CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        return new WorkerEnd(process.ExitCode, process.ExitCode == 0 ? result : null, error, await errors);
    }

    private static ProcessStartInfo StartInfo(string folder, Launch launch)
    {
        string[] command = [System.Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", typeof(WorkerProcess).Assembly.Location, Worker.Command, folder, Worker.Attached];
        if (launch.Workers > 1)
            command = [Launch.Program()!, .. launch.Arguments(Environment.Keys), .. command];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        if (launch.Workers > 1)
            Launch.Prepare(start.Environment);
        return start;
    }

    private static async Task<string> CollectErrorsAsync(Process process)
    {
        var last = new Queue<string>();
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            last.Enqueue(line);
            if (last.Count > KeptErrors)
                last.Dequeue();
        }
        return string.Join('\n', last);
    }
}
