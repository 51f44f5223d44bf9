using ModelOps.Tests;
using ModelOps.Tests.Access;
using ModelOps.Trainer.Runs;

namespace ModelOps.Trainer.Tests.Runs;

public sealed class TrainerAccessTests(Stores stores)
{
    [Fact]
    public async Task Trainer_IsCalledByWhoeverTheAccessTableNames()
    {
        await using var service = await stores.StartAsync<RunsDb>(["runsdb"], AccessTable.Guard);
        Assert.Empty(await AccessTable.WalkAsync(service));
        AccessTable.MustBeIn(AccessTable.FileOf(), "trainer", AccessTable.Of(service, "trainer"));
    }
}
