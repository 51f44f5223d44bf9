// A taste shift, and what the whole stack makes of it by itself: drift alert, retraining, canary, promotion, and the click rate after it:
//   dotnet run -c Release --project bench/simulator -- [seed=1] [shoppers=1500] [visits=300] [shift=50] [figure=docs/figures/taste-shift.svg] [apphost=<a built ModelOps.AppHost.dll>]
// Starts the product with ports and data of its own and drives its clock through six weeks; about 20 minutes on two cores.
// Click rates are those of what is recommended to the day's shoppers, computed from their tastes.
using System.Globalization;
using ModelOps.Bench.Figures;
using ModelOps.Bench.Simulator;

const double Goal = .95;
var settings = args.Select(argument => argument.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
int Number(string name, int otherwise) => settings.TryGetValue(name, out var given) ? int.Parse(given, CultureInfo.InvariantCulture) : otherwise;
var (seed, count, visits, shift) = (Number("seed", 1), Number("shoppers", 1500), Number("visits", 300), Number("shift", 50));

await using var stack = await ShopStack.StartAsync(new DateTimeOffset(DateTime.UtcNow.Date.AddDays(-60), TimeSpan.Zero).AddHours(2), settings.GetValueOrDefault("apphost"));
var outcome = await new Scenario(stack, new Shoppers(seed, count), visits, shift / 100.0).RunAsync(Goal);
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
    seed {seed}, {visits} visits a day, the taste of {shift} % of the shoppers shifts
    drift alarms on quiet days            {outcome.Alarms}
    click rate before the shift           {outcome.Before.Loop:P2}
    on the day after, by the same version {outcome.After.Loop:P2}
    drift reported after                  {outcome.Alarmed} days
    runs that it started                  {outcome.Runs.Count}, after day {string.Join(", ", outcome.Runs)}; version {outcome.Last.Champion} was promoted by itself
    click rate on day {outcome.Last.Day,-3}                 {outcome.Last.Loop:P2}
    never retrained                       {outcome.Last.Frozen:P2}
    an oracle's, retrained at once        {outcome.Last.Oracle:P2}
    of the oracle's                       {outcome.OfOracle:P1} (goal: {Goal:P0}), above the goal from day {outcome.Recovered(Goal)} on
    """));
if (settings.TryGetValue("figure", out var path))
    Figure.Of(outcome).Write(path);
return outcome.OfOracle >= Goal && outcome.Runs.Count > 0 ? 0 : 1;
