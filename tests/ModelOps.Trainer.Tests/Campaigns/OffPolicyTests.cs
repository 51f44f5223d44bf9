using ModelOps.Trainer.Campaigns.Evaluation;

namespace ModelOps.Trainer.Tests.Campaigns;

/// <summary>A shop that is known: kinds of customers 0 to 3, actions 0 to 2, reward rate .1 + .05 · kind where the action is the kind modulo 3, else .1.</summary>
public sealed class OffPolicyTests
{
    private const int Decisions = 40_000;

    private static double Rate(int kind, int action) => .1 + (action == kind % 3 ? .05 * (kind + 1) : 0);

    /// <summary>The new policy takes the best action nine times of ten, the logged one prefers action 0.</summary>
    private static double New(int kind, int action) => action == kind % 3 ? .9 : .05;

    private static double Old(int action) => action == 0 ? .6 : .2;

    private static double Truth { get; } = Enumerable.Range(0, 4).Average(kind => Enumerable.Range(0, 3).Sum(action => New(kind, action) * Rate(kind, action)));

    /// <param name="modelError">Of what the model expects.</param>
    /// <param name="propensityError">The propensities in the log are wrong by this factor for action 1 and 2.</param>
    private static List<LoggedDecision> Log(int seed, double modelError = 0, double propensityError = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Decisions).Select(_ =>
        {
            var (kind, drawn) = (random.Next(4), random.NextDouble());
            var action = drawn < .6 ? 0 : drawn < .8 ? 1 : 2;
            var expected = Enumerable.Range(0, 3).Sum(other => New(kind, other) * (Rate(kind, other) + modelError));
            return new LoggedDecision(Old(action) * (action == 0 ? 1 : propensityError), random.NextDouble() < Rate(kind, action) ? 1 : 0, New(kind, action), Rate(kind, action) + modelError, expected);
        })];
    }

    [Fact]
    public void Estimates_OfAKnownShop_CoverItsValue()
    {
        var covered = new int[3];
        for (var seed = 1; seed <= 20; seed++)
        {
            var log = Log(seed, modelError: .05);
            PolicyValue[] values = [OffPolicy.InversePropensity(log), OffPolicy.SelfNormalised(log), OffPolicy.DoublyRobust(log)];
            for (var i = 0; i < values.Length; i++)
                covered[i] += Truth >= values[i].Low && Truth <= values[i].High ? 1 : 0;
            Assert.All(values, value => Assert.InRange(value.Value, Truth - .02, Truth + .02));
        }
        Assert.All(covered, count => Assert.InRange(count, 16, 20));
    }

    [Fact]
    public void DoublyRobust_WithAGoodModel_IsSurerThanPropensitiesAlone()
    {
        var log = Log(1);
        Assert.True(OffPolicy.DoublyRobust(log).Deviation < OffPolicy.InversePropensity(log).Deviation);
    }

    [Fact]
    public void DoublyRobust_WrongPropensities_AreMendedByTheModel()
    {
        var log = Log(2, propensityError: .5);
        Assert.InRange(OffPolicy.DoublyRobust(log).Value, Truth - .01, Truth + .01);
        Assert.True(Math.Abs(OffPolicy.InversePropensity(log).Value - Truth) > .03);
    }

    [Fact]
    public void EffectiveDecisions_OfTheLoggedPolicyItself_AreAll() =>
        Assert.Equal(3, OffPolicy.EffectiveDecisions([new(.5, 1, .5), new(.2, 0, .2), new(.3, 0, .3)]), 12);

    [Fact]
    public void Estimates_WithoutAPropensity_AreRefused() =>
        Assert.Contains("A propensity is 0", Assert.Throws<ArgumentException>(() => OffPolicy.InversePropensity([new(0, 1, .5), new(.5, 1, .5)])).Message, StringComparison.Ordinal);
}
