// Measures data preparation against pandas on the same events:  dotnet run -c Release --project bench/data-prep -- [events=5000000] [memory=1024] [peer=true] [folder=<path>]
// Clean, remove duplicates, find sessions, label, write. Each side is a process of its own; wall and processor seconds and the
// peak of resident memory (VmHWM) are of that process. The peer is Debian's python3-pandas; it has no Parquet, so it writes pickle.
using System.Globalization;
using ModelOps.Bench.DataPrep;

var settings = args.Where(argument => argument.Contains('=')).Select(argument => argument.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
long Number(string name, long otherwise) => settings.TryGetValue(name, out var text) ? long.Parse(text, CultureInfo.InvariantCulture) : otherwise;
if (args.FirstOrDefault() == "worker")
    return await Worker.RunAsync(settings["csv"], settings["folder"], (int)Number("memory", 1024));

var events = Number("events", 5_000_000);
var folder = Directory.CreateDirectory(settings.GetValueOrDefault("folder") ?? Path.Combine(Path.GetTempPath(), "modelops-bench-data-prep")).FullName;
var csv = Path.Combine(folder, $"events-{events}.csv");
SyntheticEvents.Write(csv, events);
Console.WriteLine($"{events:N0} events, {new FileInfo(csv).Length / 1e6:N0} MB CSV");

var ours = await Measured.RunAsync("data-prep", "dotnet", [typeof(Worker).Assembly.Location, "worker", $"csv={csv}", $"folder={Path.Combine(folder, "ours")}", $"memory={Number("memory", 1024)}"]);
Console.WriteLine(ours);
Console.WriteLine($"           {ours.Seconds * 1e6 / events:N2} s and {ours.ProcessorSeconds * 1e6 / events:N2} processor seconds a million events");
if (settings.GetValueOrDefault("peer") != "false")
{
    var peer = await Measured.RunAsync("pandas", "/usr/bin/python3", [Path.Combine(AppContext.BaseDirectory, "peer.py"), csv, Path.Combine(folder, "peer.pickle")]);
    Console.WriteLine(peer);
    Console.WriteLine($"{peer.Seconds / ours.Seconds:N1} times as fast in {(double)ours.PeakMegabytes / peer.PeakMegabytes:P0} of the memory");
}
return 0;
