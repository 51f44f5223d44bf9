using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace ModelOps.Bench.Retrieval;

/// <summary>FAISS, in Debian's Python: a process that prints a side a line.</summary>
internal static class Peer
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static IEnumerable<Side> Measure(string folder, double goal, int threads, string kinds)
    {
        var start = new ProcessStartInfo("/usr/bin/python3", [Path.Combine(AppContext.BaseDirectory, "peer.py"), folder, goal.ToString(CultureInfo.InvariantCulture), $"{threads}", kinds]) { RedirectStandardOutput = true };
        start.Environment["OPENBLAS_NUM_THREADS"] = "1";
        using var process = Process.Start(start)!;
        while (process.StandardOutput.ReadLine() is { } line)
            yield return JsonSerializer.Deserialize<Side>(line, Json)!;
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"The peer ended with {process.ExitCode}. It needs Debian's packages python3-faiss and python3-numpy.");
    }
}
