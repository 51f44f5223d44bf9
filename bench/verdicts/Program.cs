// How often and how soon canaries are rolled back, through the monitor's own judge and the default guards:
//   dotnet run -c Release --project bench/verdicts -- [seeds=100] [same=200]
// 5 % click rate, 5 % of the shoppers in the canary, which has four steps. Seeds are 1, 2, 3 …
using System.Globalization;
using ModelOps.Bench.Verdicts;

var settings = args.Select(argument => argument.Split('=', 2)).ToDictionary(pair => pair[0], pair => int.Parse(pair[1], CultureInfo.InvariantCulture));
var (seeds, same) = (settings.GetValueOrDefault("seeds", 100), settings.GetValueOrDefault("same", 200));

Report("random scores (a tenth of the click rate)", .1, 1_500, seeds);
Report("20 % worse", .8, 60_000, seeds);
Report("5 % worse, where the guard's limit is", .95, 60_000, same);
Report("as good", 1, 60_000, same);
Report("10 % better", 1.1, 60_000, seeds);

static void Report(string what, double times, long impressions, int seeds)
{
    var ends = new long?[seeds];
    Parallel.For(0, seeds, index => ends[index] = new SimulatedRollout(.05, times, .05).RolledBackAfter(index + 1, impressions));
    var rolledBack = ends.Where(end => end is not null).Select(end => end!.Value).Order().ToList();
    var when = rolledBack.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"; after {rolledBack[rolledBack.Count / 2]:N0} (median), {rolledBack[(int)(rolledBack.Count * .95)]:N0} (95 %) products shown");
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-42} rolled back within {impressions,6:N0}: {rolledBack.Count} of {seeds} seeds{when}"));
}
