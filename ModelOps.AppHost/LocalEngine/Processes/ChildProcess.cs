using System.Diagnostics;
using Aspire.Hosting;

namespace ModelOps.AppHost.LocalEngine.Processes;

/// <summary>
/// A started process in a session of its own: Ctrl+C in the terminal reaches only the AppHost, which then ends
/// the processes in order, each with everything that it started.
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    // What is meant for the AppHost alone: its own address, its debugger's and watcher's hooks, its parameters.
    private static readonly string[] NotPassedOn =
        ["ASPNETCORE_URLS", "ASPIRE_", "DOTNET_LAUNCH_PROFILE", "DOTNET_STARTUP_HOOKS", "DOTNET_WATCH", "ASPNETCORE_HOSTINGSTARTUPASSEMBLIES", "Parameters__", "MODELOPS_DATA", "MODELOPS_PORTS", "MODELOPS_PACKAGES", "MSBUILD", "PG", "VSTEST_", "TESTINGPLATFORM_"];

    private readonly Process _process;
    private readonly Signal _stop;

    private ChildProcess(Process process, Signal stop, Action<string> onLine)
    {
        _process = process;
        _stop = stop;
        Output = Task.WhenAll(ReadAsync(process.StandardOutput, onLine), ReadAsync(process.StandardError, onLine));
        Exited = ExitedAsync();
    }

    public int Id => _process.Id;

    public Task<int> Exited { get; }

    private Task Output { get; }

    public static ChildProcess Start(string resource, ProcessSpec spec, ProcessLedger ledger, Action<string> onLine)
    {
        // setsid replaces itself by the program, so the process id is the program's and its group's.
        var start = new ProcessStartInfo("setsid", [spec.FileName, .. spec.Arguments])
        {
            WorkingDirectory = spec.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(IsPrivate).ToList())
            start.Environment.Remove(name);
        start.Environment[ProcessLedger.Marker] = ledger.EngineId;
        foreach (var (name, value) in spec.Environment)
            start.Environment[name] = value;

        var process = Process.Start(start) ?? throw new DistributedApplicationException($"'{resource}' did not start: {spec.FileName}");
        process.StandardInput.Close();
        if (ProcessEntry.Read(process.Id) is { } entry)
            ledger.Record(resource, entry, spec.Stop);
        return new ChildProcess(process, spec.Stop, onLine);
    }

    /// <summary>Asks, waits, kills; then the same for what the process started and left behind.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        var family = ProcessEntry.FamiliesOf([Id]);
        if (!Exited.IsCompleted)
        {
            Signals.Send(Id, _stop);
            if (await Task.WhenAny(Exited, Task.Delay(grace)) != Exited)
                Signals.Send(Id, Signal.Kill);
            await Exited;
        }
        await EndLeftoversAsync(family);
    }

    /// <summary>Those whom the process started and who outlived it.</summary>
    public Task EndLeftoversAsync(IReadOnlyList<ProcessEntry>? family = null) => OrphanSweep.EndAsync(
        [.. (family ?? []).Concat(ProcessEntry.FamiliesOf([Id])).Where(process => process.Id != Id).Distinct()], TimeSpan.FromMilliseconds(300));

    private static bool IsPrivate(string variable) => NotPassedOn.Any(prefix => variable.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    private async Task<int> ExitedAsync()
    {
        await _process.WaitForExitAsync();
        // The last lines are still in the pipe; a grandchild may hold it open for longer than anyone should wait.
        await Task.WhenAny(Output, Task.Delay(500));
        return _process.ExitCode;
    }

    private static async Task ReadAsync(StreamReader reader, Action<string> onLine)
    {
        try
        {
            while (await reader.ReadLineAsync() is { } line)
                onLine(line);
        }
        catch (Exception closed) when (closed is IOException or ObjectDisposedException)
        {
            // The pipe went away with the process.
        }
    }

    public void Dispose() => _process.Dispose();
}
