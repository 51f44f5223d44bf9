using Aspire.Hosting;
using ModelOps.AppHost.LocalEngine.Running;

namespace ModelOps.AppHost.LocalEngine.Processes;

/// <summary>Ends whatever an AppHost that was killed left running on this data folder.</summary>
internal static class OrphanSweep
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan AfterKill = TimeSpan.FromSeconds(30);

    public static async Task EndAllAsync(ProcessLedger ledger, EngineConsole console)
    {
        var recorded = ledger.Remaining();
        var orphans = Find(ledger, recorded);
        if (orphans.Count > 0)
        {
            console.Info($"Ending {orphans.Count} process(es) that an earlier AppHost left behind: {string.Join(", ", recorded.Select(started => started.Resource).Distinct())}.");
            var stops = recorded.ToDictionary(started => started.Id, started => started.Stop);
            // A recorded process ends its own children in good order; only those whose parent is gone are told themselves.
            foreach (var orphan in orphans.Where(orphan => stops.ContainsKey(orphan.Id) || stops.Count == 0 || orphan.ParentId == 1))
                Signals.Send(orphan.Id, stops.GetValueOrDefault(orphan.Id, Signal.Terminate));
            await EndAsync(orphans, Grace);
            await EndAsync(Find(ledger, ledger.Remaining()), TimeSpan.Zero);
        }
        ledger.Clear();
    }

    /// <summary>Waits, kills what is left, and waits until it is gone.</summary>
    public static async Task EndAsync(IReadOnlyList<ProcessEntry> processes, TimeSpan grace)
    {
        if (await GoneAsync(processes, grace))
            return;
        foreach (var process in processes.Where(process => process.IsAlive))
            Signals.Send(process.Id, Signal.Kill);
        if (!await GoneAsync(processes, AfterKill))
            throw new DistributedApplicationException($"These processes cannot be ended: {string.Join(", ", processes.Where(process => process.IsAlive).Select(process => process.Id))}. End them by hand and start again.");
    }

    private static IReadOnlyList<ProcessEntry> Find(ProcessLedger ledger, IReadOnlyList<ProcessLedger.Started> recorded)
    {
        var marked = ProcessEntry.All().Where(process => process.Id != Environment.ProcessId && process.HasVariable(ProcessLedger.Marker, ledger.EngineId));
        return ProcessEntry.FamiliesOf([.. recorded.Select(started => started.Id), .. marked.Select(process => process.Id)]);
    }

    private static async Task<bool> GoneAsync(IReadOnlyList<ProcessEntry> processes, TimeSpan within)
    {
        var deadline = TimeProvider.System.GetTimestamp();
        while (processes.Any(process => process.IsAlive))
        {
            if (TimeProvider.System.GetElapsedTime(deadline) >= within)
                return false;
            await Task.Delay(50);
        }
        return true;
    }
}
