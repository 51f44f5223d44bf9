using System.Diagnostics;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using ModelOps.Features;

namespace ModelOps.Bench.Serving;

/// <summary>The limit of uncached answers: the same graph in a loop over the same rows, one at a time, one thread, its memory reused, nothing around it.</summary>
internal static class BareOnnx
{
    private const int Length = 50, Width = 32, Count = 16; // as the service pads them for these shoppers

    /// <summary>Processor microseconds a row, on standard output.</summary>
    public static void Run(string graph, string rowsFile, double seconds)
    {
        var rows = JsonSerializer.Deserialize<long[][]>(File.ReadAllText(rowsFile))!;
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        using var session = new InferenceSession(graph, options);
        using var run = new RunOptions();
        using var binding = session.CreateIoBinding();
        long[] history = new long[Length], forbidden = new long[Width], count = [10], items = new long[10];
        var scores = new float[10];
        binding.BindInput(PackageGraph.History, OrtValue.CreateTensorValueFromMemory(history, [1, Length]));
        binding.BindInput(PackageGraph.Forbidden, OrtValue.CreateTensorValueFromMemory(forbidden, [1, Width]));
        binding.BindInput(PackageGraph.Count, OrtValue.CreateTensorValueFromMemory(count, [1]));
        binding.BindOutput(PackageGraph.Items, OrtValue.CreateTensorValueFromMemory(items, [1, 10]));
        binding.BindOutput(PackageGraph.Scores, OrtValue.CreateTensorValueFromMemory(scores, [1, 10]));
        using var self = Process.GetCurrentProcess();
        var (done, before, started) = (0, TimeSpan.Zero, 0L);
        for (var i = 0; i < 200 || Stopwatch.GetElapsedTime(started).TotalSeconds < seconds; i++)
        {
            if (i == 200)
                (done, before, started) = (0, self.TotalProcessorTime, Stopwatch.GetTimestamp());
            if (i < 200)
                started = Stopwatch.GetTimestamp();
            var row = rows[i % rows.Length].AsSpan();
            row = row[Math.Max(0, row.Length - Width)..];
            Array.Clear(history);
            Array.Clear(forbidden);
            row.CopyTo(history.AsSpan(Length - row.Length));
            row.CopyTo(forbidden);
            session.RunWithBinding(run, binding);
            done++;
        }
        self.Refresh();
        Console.WriteLine((self.TotalProcessorTime - before).TotalMicroseconds / done);
    }
}
