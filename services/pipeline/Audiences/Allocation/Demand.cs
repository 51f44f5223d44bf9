namespace ModelOps.Pipeline.Audiences.Allocation;

/// <summary>What users would get at given prices if nothing else bound them.</summary>
/// <param name="Value">Of their offers, prices aside.</param>
/// <param name="Used">By limit.</param>
/// <param name="Bound">The Lagrangian: value above prices, and what all limits are worth.</param>
internal sealed record Demand(double Value, double[] Used, double Bound)
{
    private const int UsersAPart = 4096;

    public static Demand At(AllocationProblem problem, double[] prices)
    {
        var costs = Costs(problem, prices);
        // Parts of fixed size, added in order: the sums do not depend on the number of threads.
        var parts = new (double Value, double[] Contacts)[(problem.Users + UsersAPart - 1) / UsersAPart];
        Parallel.For(0, parts.Length, part => parts[part] = Part(problem, costs, part * UsersAPart, Math.Min(problem.Users, (part + 1) * UsersAPart)));
        var value = parts.Sum(part => part.Value);
        var used = problem.Limits.Select(limit => parts.Sum(part => limit.Uses.Zip(part.Contacts, (use, contacts) => use * contacts).Sum())).ToArray();
        var bound = value + prices.Select((price, limit) => price * (problem.Limits[limit].AtMost - used[limit])).Sum();
        return new Demand(value, used, bound);
    }

    /// <summary>By offer: what one contact takes of the limits, at their prices.</summary>
    public static double[] Costs(AllocationProblem problem, double[] prices) =>
        [.. Enumerable.Range(0, problem.Offers.Count).Select(offer => prices.Select((price, limit) => price * problem.Limits[limit].Uses[offer]).Sum())];

    private static (double Value, double[] Contacts) Part(AllocationProblem problem, double[] costs, int from, int to)
    {
        var offers = problem.Offers.Count;
        var campaignOf = CampaignPlaces(problem);
        var (value, contacts) = (0.0, new double[offers]);
        var (taken, campaigns) = (new bool[offers], new bool[offers]);
        for (var user = from; user < to; user++)
        {
            var values = problem.Values.AsSpan(user * offers, offers);
            Array.Clear(taken);
            Array.Clear(campaigns);
            for (var left = problem.ContactsOf(user); left > 0; left--)
            {
                var (best, gain) = (-1, 0.0);
                for (var offer = 0; offer < offers; offer++)
                {
                    var above = values[offer] - costs[offer];
                    if (values[offer] > 0 && above > gain && !taken[offer] && !campaigns[campaignOf[offer]])
                        (best, gain) = (offer, above);
                }
                if (best < 0)
                    break;
                (taken[best], campaigns[campaignOf[best]]) = (true, true);
                (value, contacts[best]) = (value + values[best], contacts[best] + 1);
            }
        }
        return (value, contacts);
    }

    private static int[] CampaignPlaces(AllocationProblem problem)
    {
        var names = problem.Offers.Select(offer => offer.Campaign).Distinct().ToList();
        return [.. problem.Offers.Select(offer => names.IndexOf(offer.Campaign))];
    }
}
