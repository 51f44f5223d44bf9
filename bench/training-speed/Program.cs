// Measures the trainer's sequences per second against a plain TorchSharp loop and Debian's PyTorch, on the same model, batches,
// first weights and loss:  dotnet run -c Release --project bench/training-speed -- [beauty|sports] [rounds=3] [steps=100] [name=value …]
// Parameters are those of a training run. Each side is a process of its own and takes its turn in each round; every thread count is
// tried for each peer and its best counts; the trainer chooses for itself. The peers' batches lie ready in memory; the trainer makes its own, which its time includes.
using System.Globalization;
using ModelOps.Bench.Recommend;
using ModelOps.Bench.TrainingSpeed;
using ModelOps.Trainer.Training;

var settings = args.Where(argument => argument.Contains('=')).Select(argument => argument.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
string Setting(string name, string otherwise) => settings.Remove(name, out var text) ? text : otherwise;
int Number(string name, int otherwise) => int.Parse(Setting(name, otherwise.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);
var (steps, rounds, threads) = (Number("steps", 100), Number("rounds", 3), Number("threads", 0));
var data = args.FirstOrDefault(argument => argument is "beauty" or "sports") ?? "beauty";
var folder = Setting("folder", Path.Combine(Path.GetTempPath(), "modelops-bench-training-speed", data));
if (args.FirstOrDefault() == "ours")
{
    await Ours.RunAsync(folder, steps);
    return 0;
}
if (args.FirstOrDefault() == "plain")
{
    PlainLoop.Run(folder, threads, steps);
    return 0;
}

var only = Setting("only", "");
await Benchmark.Reviews(data).PrepareAsync(folder, settings);
var work = await Work.WriteAsync(folder, await Inputs.ReadAsync(folder));
Console.WriteLine($"{data}: {work.Batches.Sum(batch => batch[0]):N0} sequences in {work.Batches.Count} batches, {work.Items:N0} items, {work.Weights.Sum(named => named.Shape.Aggregate(1L, (size, side) => size * side)):N0} weights, {work.Width} features an item at most");

var self = typeof(Work).Assembly.Location;
(string Name, Func<Task<Side>> Run)[] ours = [("trainer", () => Side.RunAsync("trainer", "dotnet", [self, "ours", $"folder={folder}", $"steps={steps}"], WorkerProcess.Environment))];
var plain = Candidates("TorchSharp loop", (count, _) => ("dotnet", [self, "plain", $"folder={folder}", $"threads={count}", $"steps={steps}"]), new Dictionary<string, string>());
var python = Candidates("PyTorch", (count, kind) => ("/usr/bin/python3", [Path.Combine(AppContext.BaseDirectory, "peer.py"), folder, $"{count}", $"{steps}", kind]), new Dictionary<string, string>(), "loop", "foreach");
var measured = new Dictionary<string, List<Side>>();
for (var round = 0; round < rounds; round++)
{
    foreach (var (name, run) in ours.Concat(plain).Concat(python).Where(candidate => candidate.Name.StartsWith(only, StringComparison.Ordinal)))
    {
        var side = await run();
        (measured.TryGetValue(name, out var list) ? list : measured[name] = []).Add(side);
        Console.WriteLine($"  {name,-36} {side.Rate,8:N0} sequences/s   {side.ProcessorRate,8:N0} a processor second   peak {side.PeakMegabytes,5:N0} MB");
    }
}

var best = new[] { ours, plain, python }.Select(group => group.Where(candidate => measured.ContainsKey(candidate.Name))
    .Select(candidate => (candidate.Name, Rate: Median(candidate.Name, side => side.Rate), Peak: Median(candidate.Name, side => side.PeakMegabytes), measured[candidate.Name][0].Losses)).DefaultIfEmpty().MaxBy(candidate => candidate.Rate)).ToArray();
Console.WriteLine("Medians, each side at its best:");
foreach (var (name, rate, peak, losses) in best.Where(side => side.Losses is not null))
{
    var apart = losses.Zip(best[0].Losses ?? losses, (theirs, own) => Math.Abs(theirs - own) / Math.Abs(theirs)).Max();
    Console.WriteLine($"  {name,-36} {rate,8:N0} sequences/s   peak {peak,5:N0} MB   trainer {best[0].Rate / rate:N2}× in {best[0].Peak / peak:P0} of the memory   first {losses.Length} losses within {apart:0.0e0}");
}
return 0;

double Median(string name, Func<Side, double> of) => measured[name].Select(of).Order().ElementAt(measured[name].Count / 2);

(string Name, Func<Task<Side>> Run)[] Candidates(string side, Func<int, string, (string Program, string[] Arguments)> command, IReadOnlyDictionary<string, string> environment, params string[] kinds) =>
    [.. from kind in kinds.DefaultIfEmpty("")
        from count in threads > 0 ? [threads] : Enumerable.Range(1, Environment.ProcessorCount)
        let name = $"{side}{(kind.Length > 0 ? $", {kind}" : "")}, {count} thread{(count > 1 ? "s" : "")}"
        let start = command(count, kind)
        select (name, (Func<Task<Side>>)(() => Side.RunAsync(name, start.Program, start.Arguments, environment)))];
