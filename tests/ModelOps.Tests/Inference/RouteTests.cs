using ModelOps.Contracts;
using ModelOps.Contracts.Deployments;
using ModelOps.Inference.Deployments;

namespace ModelOps.Tests.Inference;

public sealed class RouteTests
{
    private const int Shoppers = 20_000;
    private static readonly Guid Rollout = new("5f0c8d8e-7b7c-4f0e-9a44-1a2b3c4d5e6f");

    [Theory]
    [InlineData(5)]
    [InlineData(50)]
    public void ArmOf_ManyShoppers_AreDividedAsTheSharesSay(double percent)
    {
        var share = 100.0 * In("challenger", Canary(percent)).Count() / Shoppers;

        Assert.InRange(share, percent - 1, percent + 1); // more than three standard deviations, and the shoppers are always these
    }

    [Fact]
    public void ArmOf_ShareGrows_WhoWasInStaysIn() =>
        Assert.Subset(In("challenger", Canary(25)).ToHashSet(), In("challenger", Canary(5)).ToHashSet());

    [Fact]
    public void ArmOf_AnotherRollout_DividesAnew()
    {
        var other = Canary(50) with { Split = Canary(50).Split! with { Rollout = new Guid("00000000-0000-4000-8000-000000000001") } };

        var both = In("challenger", Canary(50)).Intersect(In("challenger", other)).Count();

        Assert.InRange(both, Shoppers * .23, Shoppers * .27);
    }

    [Fact]
    public void ArmOf_ThreeArms_EachHasItsShare()
    {
        var route = new Route(1, new Split(StoreId.Main, Rollout, "champion", [Arm("a", 1, 50), Arm("b", 2, 30), Arm("c", 3, 20)]));

        Assert.InRange(In("a", route).Count(), Shoppers * .48, Shoppers * .52);
        Assert.InRange(In("b", route).Count(), Shoppers * .28, Shoppers * .32);
        Assert.InRange(In("c", route).Count(), Shoppers * .18, Shoppers * .22);
    }

    [Fact]
    public void ArmOf_Shadow_IsNobodys()
    {
        var route = new Route(1, new Split(StoreId.Main, Rollout, "champion", [Arm("champion", 1, 100), Arm("shadow", 2, 100) with { IsShadow = true }]));

        Assert.Equal(Shoppers, In("champion", route).Count());
        Assert.Equal(2, route.Shadow()!.Package.Version);
    }

    private static IEnumerable<string> In(string arm, Route route) =>
        Enumerable.Range(0, Shoppers).Select(number => $"shopper-{number}").Where(shopper => route.ArmOf(shopper)!.Package.Alias == arm);

    private static Route Canary(double percent) => new(1, new Split(StoreId.Main, Rollout, "champion", [Arm("champion", 1, 100 - percent), Arm("challenger", 2, percent)]));

    private static SplitArm Arm(string name, int version, double percent) => new(percent, false, new Deployment(StoreId.Main, "m", name, version, $"{version}"));
}
