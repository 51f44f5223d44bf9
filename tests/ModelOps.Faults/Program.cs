// Faults by seed:  dotnet run -c Release --project tests/ModelOps.Faults -- seed=1 points=1000
//   seed=1        names the plan: the same seed strikes the same parts in the same order (default 1)
//   points=1000   how many faults (default 1000), in rounds
//   round=30      after how many faults there is peace and the invariants are held against the records (default 30)
//   plan=true     prints the plan and ends
//   planted=true  afterwards plants the known bugs, and ends with 1 unless each is found
// Linux only; uses ports of its own. Ends with 1 when an invariant was broken.
using System.Diagnostics;
using System.Globalization;
using ModelOps.Faults;

var settings = args.Select(argument => argument.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[^1]);
int Number(string name, int absent) => settings.TryGetValue(name, out var value) ? int.Parse(value, CultureInfo.InvariantCulture) : absent;
var (seed, points, round) = (Number("seed", 1), Number("points", 1000), Number("round", 30));
var plan = FaultPlan.Of(seed, points);
if (settings.ContainsKey("plan"))
{
    foreach (var point in plan)
        Console.WriteLine(point);
    return 0;
}

var began = Stopwatch.GetTimestamp();
await using var stack = await FaultyStack.StartAsync();
await Shop.FoundAsync(stack);
Console.WriteLine($"== a shop with models after {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s{(stack.HasDisks ? "" : "; no disks of their own here: FullDisk is left out")}");
var (struck, broken) = (0, 0);
foreach (var faults in plan.Chunk(round))
{
    var outcome = await FaultRun.RunAsync(stack, $"r{faults[0].Number}", seed + faults[0].Number, faults, line => Console.WriteLine($"== {line}"));
    struck += outcome.Struck;
    broken += outcome.Broken.Count;
    foreach (var sentence in outcome.Broken)
        Console.WriteLine($"== BROKEN: {sentence}");
    Console.WriteLine($"== {struck} fault points of seed {seed}, {broken} broken invariants, {Stopwatch.GetElapsedTime(began).TotalMinutes:0.0} min; this round: {outcome.Records}");
}
if (settings.ContainsKey("planted"))
{
    var missed = await PlantedBugs.MissedAsync(stack, seed, line => Console.WriteLine($"== {line}"));
    Console.WriteLine($"== planted bugs that were not found: {(missed.Count == 0 ? "none" : string.Join(", ", missed))}");
    broken += missed.Count;
}
return broken == 0 ? 0 : 1;
