using System.Runtime.InteropServices;

namespace ModelOps.Trainer.Estimates;

/// <summary>What this process runs on, as far as speed depends on it. The same for replicas on machines of one kind, whatever their names.</summary>
internal static class Machine
{
    private const string Processors = "/proc/cpuinfo", ModelName = "model name";

    public static string Kind { get; } = $"{Environment.ProcessorCount} × {ProcessorName()}";

    private static string ProcessorName()
    {
        var line = File.Exists(Processors) ? File.ReadLines(Processors).FirstOrDefault(line => line.StartsWith(ModelName, StringComparison.Ordinal)) : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
