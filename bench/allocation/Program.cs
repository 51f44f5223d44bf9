// Who gets which of ten campaigns, under a budget, a capacity and at most one contact each; and how far from the relaxation's bound:
//   dotnet run -c Release --project bench/allocation -- [users=100000] [campaigns=10] [seeds=3]
using System.Diagnostics;
using System.Globalization;
using ModelOps.Pipeline.Audiences.Allocation;

var settings = args.Select(argument => argument.Split('=', 2)).ToDictionary(pair => pair[0], pair => int.Parse(pair[1], CultureInfo.InvariantCulture));
var (users, campaigns, seeds) = (settings.GetValueOrDefault("users", 100_000), settings.GetValueOrDefault("campaigns", 10), settings.GetValueOrDefault("seeds", 3));

for (var seed = 1; seed <= seeds; seed++)
{
    var problem = Drawn(users, campaigns, seed);
    var started = Stopwatch.GetTimestamp();
    var found = Allocator.Solve(problem);
    var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
    var greedy = Greedy(problem);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"seed {seed}: {users:N0} users x {campaigns} campaigns, {problem.Limits.Count + 1} constraints: {seconds:f1} s, {found.Chosen.Count:N0} contacts worth {found.Value:N1}, bound {found.Bound:N1}, gap {found.Gap:p4}; best value first: {greedy:N1} ({1 - greedy / found.Bound:p2} below the bound)"));
    foreach (var (limit, (used, price)) in problem.Limits.Zip(found.Used.Zip(found.Prices)))
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {limit.Name,-20} {used,12:N1} of {limit.AtMost,12:N1}, one more is worth {price:g4}"));
}

// Users differ in what any contact brings and in what they like; half of the uplifts are about nothing. A contact costs from 0.05 to 1.
static AllocationProblem Drawn(int users, int campaigns, int seed)
{
    var random = new Random(seed);
    string[] channels = ["mail", "push", "phone"];
    Offer[] offers = [.. Enumerable.Range(0, campaigns).Select(campaign => new Offer($"campaign {campaign}", channels[campaign % channels.Length], Math.Round(.05 + random.NextDouble() * .95, 2)))];
    var values = new float[users * campaigns];
    for (var user = 0; user < users; user++)
    {
        var open = Math.Exp(random.NextDouble() * 2 - 1);
        for (var campaign = 0; campaign < campaigns; campaign++)
            values[user * campaigns + campaign] = (float)(open * (random.NextDouble() - .5) * offers[campaign].Cost * 4);
    }
    var afford = offers.Average(offer => offer.Cost) * users;
    return new AllocationProblem(users, offers, values, [ResourceLimit.Budget(.3 * afford, offers), ResourceLimit.Channel("phone", .04 * users, offers)]);
}

// Without prices: the greatest values first, as far as they fit.
static double Greedy(AllocationProblem problem)
{
    var (offers, value, used, taken) = (problem.Offers.Count, 0.0, new double[problem.Limits.Count], new bool[problem.Users]);
    foreach (var i in Enumerable.Range(0, problem.Values.Length).Where(i => problem.Values[i] > 0).OrderByDescending(i => problem.Values[i]))
    {
        var offer = i % offers;
        if (taken[i / offers] || problem.Limits.Select((limit, l) => used[l] + limit.Uses[offer] <= limit.AtMost).Contains(false))
            continue;
        taken[i / offers] = true;
        value += problem.Values[i];
        for (var limit = 0; limit < used.Length; limit++)
            used[limit] += problem.Limits[limit].Uses[offer];
    }
    return value;
}
