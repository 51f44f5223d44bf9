// A taste shift, and what the whole stack makes of it by itself: drift alert, retraining, canary, promotion, and the click rate after it:
//   dotnet run -c Release --project bench/simulator -- [seed=1] [shoppers=1500] [visits=300] [shift=50]
// Starts the product with ports and data of its own and drives its clock through five weeks; about 15 minutes on two cores.
// Click rates are those of what is recommended to the day's shoppers, computed from their tastes.
using System.Globalization;
using ModelOps.Bench.Simulator;

const double Goal = .95;
var settings = args.Select(argument => argument.Split('=', 2)).ToDictionary(pair => pair[0], pair => int.Parse(pair[1], CultureInfo.InvariantCulture));
var (seed, count, visits, shift) = (settings.GetValueOrDefault("seed", 1), settings.GetValueOrDefault("shoppers", 1500), settings.GetValueOrDefault("visits", 300), settings.GetValueOrDefault("shift", 50));

await using var stack = await ShopStack.StartAsync(new DateTimeOffset(DateTime.UtcNow.Date.AddDays(-60), TimeSpan.Zero).AddHours(2));
var outcome = await new Scenario(stack, new Shoppers(seed, count), visits, shift / 100.0).RunAsync(Goal);
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
    seed {seed}, {visits} visits a day, the taste of {shift} % of the shoppers shifts
    drift alarms on quiet days            {outcome.Alarms}
    click rate before the shift           {outcome.Before:P2}
    on the day after, by the same version {outcome.After:P2}
    drift reported after                  {outcome.Alarmed} days
    runs that it started                  {outcome.Runs}; version {outcome.Champion} was promoted by itself
    click rate on day {outcome.Days,-3}                 {outcome.Renewed:P2}
    an oracle's, retrained at once        {outcome.Oracle:P2}
    of the oracle's                       {outcome.OfOracle:P1} (goal: {Goal:P0})
    """));
return outcome is { OfOracle: >= Goal, Runs: > 0 } ? 0 : 1;
