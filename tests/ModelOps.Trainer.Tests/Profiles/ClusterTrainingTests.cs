using CsCheck;
using ModelOps.Trainer.Profiles;

namespace ModelOps.Trainer.Tests.Profiles;

public sealed class ClusterTrainingTests
{
    private static readonly Gen<int[]> Groups = Gen.Int[0, 4].Array[60];

    [Fact]
    public void AdjustedRand_SameGroupsUnderOtherNames_IsOne_AndOrderDoesNotMatter() => Gen.Select(Groups, Groups).Sample((one, other) =>
    {
        Assert.Equal(1, ClusterTraining.AdjustedRand(one, [.. one.Select(group => 9 - group)]), 1e-12);
        Assert.Equal(ClusterTraining.AdjustedRand(one, other), ClusterTraining.AdjustedRand(other, one), 1e-12);
        Assert.InRange(ClusterTraining.AdjustedRand(one, other), -.5, 1);
    });

    [Fact]
    public void AdjustedRand_OfAKnownTable() // Hubert and Arabie's correction, by hand: together 2, one 3, other 4, of 15 pairs
        => Assert.Equal((2 - 3 * 4 / 15.0) / (3.5 - 3 * 4 / 15.0), ClusterTraining.AdjustedRand([0, 0, 1, 1, 2, 2], [0, 0, 1, 1, 1, 3]), 1e-12);

    [Fact]
    public void Stability_OfRealGroups_IsHigh_OfNone_IsLower()
    {
        var random = new Random(5);
        var apart = Enumerable.Range(0, 300).Select(i => new[] { i % 3 * 10 + random.NextSingle(), i % 3 * -7 + random.NextSingle() }).ToArray();
        var even = Enumerable.Range(0, 300).Select(_ => new[] { random.NextSingle(), random.NextSingle() }).ToArray();

        Assert.True(ClusterTraining.Stability(apart, 3, 1) > .99);
        Assert.True(ClusterTraining.Stability(even, 5, 1) < .9);
    }

    [Fact]
    public void KMeans_FindsTheGroups_AndNoMoreCentresThanPoints()
    {
        float[][] points = [[0, 0], [0, 1], [10, 10], [10, 11]];
        Assert.Equal([[0, .5f], [10, 10.5f]], KMeans.Find(points, 2, 1).OrderBy(centre => centre[0]));
        Assert.Equal(4, KMeans.Find(points, 9, 1).Length);
    }
}
