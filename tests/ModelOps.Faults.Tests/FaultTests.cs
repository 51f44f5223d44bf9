namespace ModelOps.Faults.Tests;

/// <summary>The product under faults, and the harness under bugs that are known to be there.</summary>
public sealed class FaultTests(ShopInFaults shop, ITestOutputHelper output) : IClassFixture<ShopInFaults>
{
    private const int Seed = 1;

    [Fact]
    public async Task ThirtyFaults_BreakNoInvariant()
    {
        var outcome = await FaultRun.RunAsync(shop.Stack, "thirty", Seed, FaultPlan.Of(Seed, 30), output.WriteLine);

        output.WriteLine($"{outcome.Struck} struck; {outcome.Records}");
        Assert.Empty(outcome.Broken);
        Assert.True(outcome.Struck >= (shop.Stack.HasDisks ? 28 : 25), $"Only {outcome.Struck} of 30 could be brought about."); // a disk goes with its process
        Assert.All([outcome.Records.Answers, outcome.Records.Events.Count, outcome.Records.Moves.Count, outcome.Records.Runs.Count], count => Assert.NotEqual(0, count));
    }

    [Fact]
    public async Task PlantedBugs_AreFound() => Assert.Empty(await PlantedBugs.MissedAsync(shop.Stack, Seed, output.WriteLine));
}
