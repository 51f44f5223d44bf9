namespace ModelOps.Faults.Tests;

public sealed class FaultPlanTests
{
    [Fact]
    public void SameSeed_SamePlan_AnotherSeed_AnotherPlan()
    {
        Assert.Equal(FaultPlan.Of(7, 200), FaultPlan.Of(7, 200));
        Assert.Equal(FaultPlan.Of(7, 20), FaultPlan.Of(7, 200).Take(20));
        Assert.NotEqual(FaultPlan.Of(7, 20), FaultPlan.Of(8, 20));
    }

    [Fact]
    public void LongPlan_HasEveryKind_AndStrikesEveryPart()
    {
        var plan = FaultPlan.Of(1, 1000);

        Assert.Equal(Enum.GetValues<FaultKind>().ToHashSet(), plan.Select(point => point.Kind).ToHashSet());
        Assert.Equal(Parts.Replicas.Concat(Parts.Stores).ToHashSet(), plan.Where(point => point.Kind == FaultKind.Kill).Select(point => point.Part).ToHashSet());
        Assert.Equal(Parts.Links.ToHashSet(), plan.Where(point => point.Peer is not null).Select(point => (point.Part, point.Peer!)).ToHashSet());
    }
}
