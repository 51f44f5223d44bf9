using CsCheck;
using ModelOps.Contracts.Campaigns;
using ModelOps.Pipeline.Audiences.Allocation;

namespace ModelOps.Tests.Pipeline.Audiences;

public sealed class AllocatorTests
{
    private static readonly Offer[] Offers = [new("spring", "mail", .1), new("spring", "phone", 1), new("sale", "mail", .1), new("sale", "phone", 1.2)];

    private static readonly Gen<AllocationProblem> Problems = Gen.Select(Gen.Int[1, 40], Gen.Int[0, int.MaxValue], Gen.Double[0, 10], Gen.Int[0, 12], Gen.Int[1, 3]).Select((users, seed, budget, phone, contacts) =>
    {
        var random = new Random(seed);
        float[] values = [.. Enumerable.Range(0, users * Offers.Length).Select(_ => (float)(random.NextDouble() * 3 - 1))];
        return new AllocationProblem(users, Offers, values, [ResourceLimit.Budget(budget, Offers), ResourceLimit.Channel("phone", phone, Offers)]) { ContactsPerUser = contacts };
    });

    [Fact]
    public void Solve_AnyProblem_KeepsEveryLimit() => Problems.Sample(problem =>
    {
        var found = Allocator.Solve(problem);

        Assert.All(problem.Limits.Select(limit => (limit.AtMost, Used: found.Chosen.Sum(one => limit.Uses[one.Offer]))), limit => Assert.True(limit.Used <= limit.AtMost + 1e-6));
        Assert.All(found.Chosen.CountBy(one => one.User), pair => Assert.True(pair.Value <= problem.ContactsPerUser));
        Assert.All(found.Chosen.CountBy(one => (one.User, Offers[one.Offer].Campaign)), pair => Assert.Equal(1, pair.Value));
        Assert.Equal(found.Value, found.Chosen.Sum(one => (double)problem.Values[one.User * Offers.Length + one.Offer]), 4);
        Assert.True(found.Value <= found.Bound + 1e-4);
        Assert.All(found.Prices, price => Assert.True(price >= 0));
    }, iter: 200);

    /// <summary>All choices of three users, one contact each, tried.</summary>
    [Fact]
    public void Bound_IsNotBelowTheBestChoice() => Problems.Where(problem => problem.Users <= 4).Sample(problem =>
    {
        problem = problem with { ContactsPerUser = 1 };
        var best = 0.0;
        for (var code = 0; code < Math.Pow(Offers.Length + 1, problem.Users); code++)
        {
            var (rest, value, used) = (code, 0.0, new double[problem.Limits.Count]);
            for (var user = 0; user < problem.Users; user++, rest /= Offers.Length + 1)
            {
                var offer = rest % (Offers.Length + 1) - 1;
                if (offer < 0)
                    continue;
                value += problem.Values[user * Offers.Length + offer];
                for (var limit = 0; limit < used.Length; limit++)
                    used[limit] += problem.Limits[limit].Uses[offer];
            }
            if (used.Zip(problem.Limits).All(pair => pair.First <= pair.Second.AtMost))
                best = Math.Max(best, value);
        }
        Assert.True(Allocator.Solve(problem).Bound >= best - 1e-4);
    }, iter: 50);

    [Fact]
    public void Solve_ManyUsers_IsWithinAThousandthOfTheBound()
    {
        var random = new Random(4);
        float[] values = [.. Enumerable.Range(0, 5000 * Offers.Length).Select(_ => (float)(random.NextDouble() - .4))];
        var problem = new AllocationProblem(5000, Offers, values, [ResourceLimit.Budget(800, Offers), ResourceLimit.Channel("phone", 500, Offers), ResourceLimit.Campaign("sale", 1000, Offers)]);

        var found = Allocator.Solve(problem);
        Assert.InRange(found.Gap, 0, .001);
        Assert.True(found.Used[0] > 700);

        var steps = Allocator.Steps(problem, 0, [.5, 1, 1.5]);
        Assert.True(steps[0].Allocation.Value < steps[1].Allocation.Value);
        Assert.True(steps[1].Allocation.Value <= steps[2].Allocation.Bound);
    }

    [Fact]
    public void Solve_UsersWithoutContactsLeft_GetNone()
    {
        var problem = new AllocationProblem(2, Offers, [1, 1, 1, 1, 1, 1, 1, 1], []) { ContactsPerUser = 2, ContactsLeft = [0, 5] };
        Assert.Equal([1, 1], Allocator.Solve(problem).Chosen.Select(one => one.User));
    }

    [Fact]
    public void Solve_ValuesThatDoNotFit_AreRefused() =>
        Assert.Contains("ask for 8 values, not 3", Assert.Throws<ArgumentException>(() => Allocator.Solve(new AllocationProblem(2, Offers, [1, 2, 3], []))).Message, StringComparison.Ordinal);

    [Fact]
    public void HoldOut_IsAShareOfUsers_TheSameOnesAlways_AndOthersByName()
    {
        var users = Enumerable.Range(0, 20_000).Select(i => $"user {i}").ToList();
        var held = users.Where(user => HoldOut.Has(user, "campaigns", .1)).ToHashSet();
        Assert.InRange(held.Count, 1850, 2150);
        Assert.True(held.IsSubsetOf(users.Where(user => HoldOut.Has(user, "campaigns", .2))));
        Assert.InRange(users.Count(user => held.Contains(user) && HoldOut.Has(user, "spring", .1)), 130, 280);
    }
}
