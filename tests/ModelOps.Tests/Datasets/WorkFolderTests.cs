using ModelOps.DataPrep.Datasets;

namespace ModelOps.Tests.Datasets;

public sealed class WorkFolderTests
{
    private const int NobodysProcess = int.MaxValue; // beyond what Linux gives

    /// <summary>Replicas that start at the same time find the same left-overs.</summary>
    [Fact]
    public async Task Orphans_ManyStartsAtOnce_AreRemovedOnce()
    {
        var orphans = Enumerable.Range(0, 50).Select(_ => WorkFolder.NameFor(NobodysProcess)).ToList();
        foreach (var orphan in orphans)
        {
            Directory.CreateDirectory(Path.Combine(orphan, "parts"));
            foreach (var file in new[] { "fetched.source", "parts/0", "parts/1" })
                await File.WriteAllTextAsync(Path.Combine(orphan, file), "", TestContext.Current.CancellationToken);
        }
        using var inUse = new WorkFolder();
        using var together = new Barrier(8);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () =>
            {
                together.SignalAndWait();
                WorkFolder.RemoveOrphans();
            },
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        Assert.All(orphans, orphan => Assert.False(Directory.Exists(orphan)));
        Assert.True(Directory.Exists(inUse.Path));
    }
}
