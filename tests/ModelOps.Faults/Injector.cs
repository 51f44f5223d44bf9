using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace ModelOps.Faults;

/// <summary>Does what a plan says, one fault after the other at their times, several at once where they overlap.</summary>
internal sealed class Injector(FaultyStack stack, Action<string> say)
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> turns = new();

    /// <returns>How many of the faults could be brought about.</returns>
    public async Task<int> RunAsync(IEnumerable<FaultPoint> plan)
    {
        var strikes = new List<Task<bool>>();
        foreach (var point in plan)
        {
            await Task.Delay(point.After);
            strikes.Add(StrikeAsync(point));
        }
        return (await Task.WhenAll(strikes)).Count(struck => struck);
    }

    private async Task<bool> StrikeAsync(FaultPoint point)
    {
        // One fault at a time for the same part or link; and of inference's two replicas one stays, for somebody has to answer.
        var isReplicaGone = point.Kind is FaultKind.Kill or FaultKind.Pause;
        var turn = turns.GetOrAdd(isReplicaGone && Parts.ResourceOf(point.Part) == Parts.Inference ? Parts.Inference : $"{point.Part} {point.Peer}", _ => new SemaphoreSlim(1));
        await turn.WaitAsync();
        try
        {
            if (isReplicaGone && Parts.ResourceOf(point.Part) == Parts.Inference)
                await FaultyStack.UntilAsync(async () => (await stack.ReplicasAsync(Parts.Inference)).All(replica => replica.Healthy), "both replicas of inference to be healthy", TimeSpan.FromMinutes(10));
            say(point.ToString());
            switch (point.Kind)
            {
                case FaultKind.Kill:
                    await SignalAsync("KILL", [await stack.ProcessOfAsync(point.Part)]);
                    return true;
                case FaultKind.Pause:
                    return await PauseAsync(point);
                case FaultKind.Clock:
                    await DriveClockAsync(point.Part, point.Jump);
                    await Task.Delay(point.Lasts);
                    await DriveClockAsync(point.Part, 0);
                    return true;
                case FaultKind.FullDisk:
                    return await FillDiskAsync(point);
                default:
                    var link = stack.LinkOf(point.Part, point.Peer!);
                    link.Break(point.Kind);
                    await Task.Delay(point.Lasts);
                    link.Heal();
                    return true;
            }
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<bool> PauseAsync(FaultPoint point)
    {
        var tree = ProcessTree.Of(await stack.ProcessOfAsync(point.Part));
        await SignalAsync("STOP", tree);
        await Task.Delay(point.Lasts);
        await SignalAsync("CONT", tree);
        return true;
    }

    private async Task<bool> FillDiskAsync(FaultPoint point)
    {
        if (!stack.HasDisks)
            return false;
        var ballast = Path.Combine(stack.DiskOf(point.Part, await stack.ProcessOfAsync(point.Part)), "ballast");
        try
        {
            await using (var file = new FileStream(ballast, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
                while (true)
                    await file.WriteAsync(new byte[64 * 1024]);
        }
        catch (IOException) when (File.Exists(ballast))
        {
            // Full.
            await Task.Delay(point.Lasts);
            File.Delete(ballast);
            return true;
        }
        catch (IOException)
        {
            return false; // the process is gone, and its disk with it
        }
    }

    private async Task DriveClockAsync(string part, int seconds)
    {
        var file = stack.ClockOf(part);
        await File.WriteAllTextAsync($"{file}.new", seconds.ToString(CultureInfo.InvariantCulture));
        File.Move($"{file}.new", file, overwrite: true);
    }

    public static async Task SignalAsync(string signal, IEnumerable<int> processes)
    {
        using var kill = Process.Start(new ProcessStartInfo("kill", ["-s", signal, .. processes.Select(id => id.ToString(CultureInfo.InvariantCulture))]) { RedirectStandardError = true })!;
        await kill.WaitForExitAsync(); // one that has ended meanwhile needs no signal
    }
}

internal static class ProcessTree
{
    /// <summary>A process and all that descend from it.</summary>
    public static IReadOnlyList<int> Of(int root)
    {
        var parents = Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(name => (Id: int.Parse(name!, CultureInfo.InvariantCulture), Parent: ParentOf(name!))).ToList();
        var tree = new List<int> { root };
        for (var next = 0; next < tree.Count; next++)
            tree.AddRange(parents.Where(one => one.Parent == tree[next]).Select(one => one.Id));
        return tree;
    }

    private static int ParentOf(string id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return -1; // it has ended
        }
    }
}
