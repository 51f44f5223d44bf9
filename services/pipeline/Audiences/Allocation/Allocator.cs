namespace ModelOps.Pipeline.Audiences.Allocation;

/// <summary>
/// Lagrangian relaxation: the limits become prices, at which each user's best offers are found apart from everybody else's. The prices that
/// make the bound least are those of the linear relaxation (Geoffrion, 1974). Contacts are then given in the order of what they bring above
/// their price; only as many users as there are limits can lie between, so the loss is small where users are many.
/// </summary>
public static class Allocator
{
    private const int MostRounds = 500;
    private const double Close = 1e-6;

    /// <exception cref="ArgumentException">The problem does not hold together.</exception>
    public static Allocated Solve(AllocationProblem problem, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(problem);
        problem.Check();
        using var prices = new PriceMaster(problem);
        var (best, bestPrices) = (double.PositiveInfinity, new double[problem.Limits.Count]);
        var asked = bestPrices;
        for (var round = 0; round < MostRounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var answer = Demand.At(problem, asked);
            if (answer.Bound < best)
                (best, bestPrices) = (answer.Bound, asked);
            var (next, least) = prices.Add(answer);
            if (best - least <= Close * Math.Max(1, Math.Abs(best)))
                break;
            asked = next;
        }
        return Give(problem, best, bestPrices);
    }

    /// <summary>What each budget buys: the whole allocation again with a share of the limit's amount.</summary>
    public static IReadOnlyList<(double Amount, Allocated Allocation)> Steps(AllocationProblem problem, int limit, IReadOnlyList<double> shares, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(shares);
        return [.. shares.Select(share =>
        {
            var changed = problem.Limits[limit] with { AtMost = problem.Limits[limit].AtMost * share };
            return (changed.AtMost, Solve(problem with { Limits = [.. problem.Limits.Select((one, i) => i == limit ? changed : one)] }, cancellationToken));
        })];
    }

    private static Allocated Give(AllocationProblem problem, double bound, double[] prices)
    {
        var offers = problem.Offers.Count;
        var costs = Demand.Costs(problem, prices);
        var wanted = Enumerable.Range(0, problem.Values.Length).Where(i => problem.Values[i] > 0).ToArray();
        Array.Sort(Array.ConvertAll(wanted, i => costs[i % offers] - problem.Values[i]), wanted);
        var used = new double[problem.Limits.Count];
        var contacts = new int[problem.Users];
        var campaigns = new HashSet<(int User, string Campaign)>();
        var chosen = new List<(int User, int Offer)>();
        var value = 0.0;
        foreach (var i in wanted)
        {
            var (user, offer) = (i / offers, i % offers);
            if (contacts[user] >= problem.ContactsOf(user) || !Fits(problem, used, offer) || !campaigns.Add((user, problem.Offers[offer].Campaign)))
                continue;
            contacts[user]++;
            for (var limit = 0; limit < used.Length; limit++)
                used[limit] += problem.Limits[limit].Uses[offer];
            chosen.Add((user, offer));
            value += problem.Values[i];
        }
        return new Allocated(chosen, value, bound, prices, used);
    }

    private static bool Fits(AllocationProblem problem, double[] used, int offer)
    {
        for (var limit = 0; limit < used.Length; limit++)
        {
            var allowed = problem.Limits[limit];
            if (used[limit] + allowed.Uses[offer] > allowed.AtMost + 1e-9 * Math.Max(1, allowed.AtMost))
                return false;
        }
        return true;
    }
}
