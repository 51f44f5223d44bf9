using ModelOps.Contracts;
using ModelOps.Jobs;
using Npgsql;

namespace ModelOps.Tests.Jobs;

public sealed class JobQueueTests(Stores stores) : IAsyncLifetime
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly string[] Kinds = ["bake"];
    private NpgsqlDataSource database = null!;
    private JobQueue queue = null!;

    public async ValueTask InitializeAsync()
    {
        database = NpgsqlDataSource.Create(await stores.NewDatabaseAsync());
        queue = new JobQueue(database);
        await Task.WhenAll(queue.CreateSchemaAsync(), queue.CreateSchemaAsync());
    }

    [Fact]
    public async Task EnqueueAsync_SameId_IsOneJob()
    {
        var id = Guid.NewGuid();

        Assert.True(await queue.EnqueueAsync(id, StoreId.Main, "bake"));
        Assert.False(await queue.EnqueueAsync(id, StoreId.Main, "bake"));

        Assert.NotNull(await queue.LeaseAsync(Kinds, "a", Lease));
        Assert.Null(await queue.LeaseAsync(Kinds, "b", Lease));
    }

    [Fact]
    public async Task RequeueAsync_EndedOrHeldJob_IsRunAnew_AndItsOldWorkerEndsNothing()
    {
        var id = Guid.NewGuid();
        await queue.EnqueueAsync(id, StoreId.Main, "bake");
        var first = (await queue.LeaseAsync(Kinds, "a", Lease))!;

        await queue.RequeueAsync(id, StoreId.Main, "bake");
        await queue.RequeueAsync(id, StoreId.Main, "bake");
        Assert.False(await queue.CompleteAsync(first));
        var second = (await queue.LeaseAsync(Kinds, "b", Lease))!;
        Assert.True(await queue.CompleteAsync(second));
        await queue.RequeueAsync(id, StoreId.Main, "bake");

        Assert.Equal(1, (await queue.LeaseAsync(Kinds, "c", Lease))!.Attempt);
        Assert.Null(await queue.LeaseAsync(Kinds, "d", Lease));
        var forgotten = Guid.NewGuid(); // ended long ago
        await queue.RequeueAsync(forgotten, StoreId.Main, "bake");
        Assert.Equal(forgotten, (await queue.LeaseAsync(Kinds, "e", Lease))!.Id);
    }

    [Fact]
    public async Task RequeueEndedAsync_HeldJob_StaysItsWorkers()
    {
        var id = Guid.NewGuid();
        await queue.EnqueueAsync(id, StoreId.Main, "bake");
        var first = (await queue.LeaseAsync(Kinds, "a", Lease))!;

        await queue.RequeueEndedAsync(id, StoreId.Main, "bake");
        Assert.Null(await queue.LeaseAsync(Kinds, "b", Lease));
        Assert.True(await queue.CompleteAsync(first));
        await queue.RequeueEndedAsync(id, StoreId.Main, "bake");

        Assert.Equal(id, (await queue.LeaseAsync(Kinds, "c", Lease))!.Id);
    }

    [Fact]
    public async Task LeaseAsync_ManyWorkers_EachJobGoesToOne()
    {
        for (var i = 0; i < 40; i++)
            await queue.EnqueueAsync(Guid.NewGuid(), StoreId.Main, "bake");

        var leased = await Task.WhenAll(Enumerable.Range(0, 60).Select(worker => queue.LeaseAsync(Kinds, $"w{worker}", Lease)));

        var jobs = leased.OfType<Job>().Select(job => job.Id).ToList();
        Assert.Equal(40, jobs.Count);
        Assert.Equal(40, jobs.Distinct().Count());
    }

    [Fact]
    public async Task LeaseAsync_OtherKind_IsLeftAlone()
    {
        await queue.EnqueueAsync(Guid.NewGuid(), StoreId.Main, "fry");

        Assert.Null(await queue.LeaseAsync(Kinds, "a", Lease));
    }

    [Fact]
    public async Task LostLease_IsTakenUpAgain_AndTheFormerHolderIsFencedOff()
    {
        await queue.EnqueueAsync(Guid.NewGuid(), StoreId.Main, "bake");
        var former = (await queue.LeaseAsync(Kinds, "killed", TimeSpan.FromMilliseconds(50)))!;
        await Task.Delay(120);

        var successor = (await queue.LeaseAsync(Kinds, "alive", Lease))!;

        Assert.Equal(2, successor.Attempt);
        Assert.True(successor.Token > former.Token);
        Assert.False(await queue.RenewAsync(former, Lease));
        Assert.False(await queue.CompleteAsync(former));
        Assert.False(await queue.FailAsync(former, "too late"));
        Assert.True(await queue.CompleteAsync(successor));
    }

    [Fact]
    public async Task RetryAsync_WaitsItsDelay()
    {
        await queue.EnqueueAsync(Guid.NewGuid(), StoreId.Main, "bake");
        var job = (await queue.LeaseAsync(Kinds, "a", Lease))!;
        await queue.RetryAsync(job, "oven cold", TimeSpan.FromHours(1));

        Assert.Null(await queue.LeaseAsync(Kinds, "a", Lease));
    }

    [Fact]
    public async Task ReleaseAsync_DoesNotCountAsAnAttempt()
    {
        await queue.EnqueueAsync(Guid.NewGuid(), StoreId.Main, "bake");
        await queue.ReleaseAsync((await queue.LeaseAsync(Kinds, "a", Lease))!);

        Assert.Equal(1, (await queue.LeaseAsync(Kinds, "b", Lease))!.Attempt);
    }

    [Fact]
    public async Task CancelAsync_TakesTheLeaseAway()
    {
        var id = Guid.NewGuid();
        await queue.EnqueueAsync(id, StoreId.Main, "bake");
        var job = (await queue.LeaseAsync(Kinds, "a", Lease))!;

        Assert.True(await queue.CancelAsync(id));

        Assert.False(await queue.RenewAsync(job, Lease));
        Assert.False(await queue.CancelAsync(id));
    }

    [Fact]
    public async Task RemoveEndedAsync_KeepsWhatIsRecentOrOpen()
    {
        await queue.EnqueueAsync(Guid.NewGuid(), StoreId.Main, "bake");
        await queue.CompleteAsync((await queue.LeaseAsync(Kinds, "a", Lease))!);
        await queue.EnqueueAsync(Guid.NewGuid(), StoreId.Main, "bake");

        Assert.Equal(0, await queue.RemoveEndedAsync(TimeSpan.FromHours(1)));
        Assert.Equal(1, await queue.RemoveEndedAsync(TimeSpan.Zero));
        Assert.NotNull(await queue.LeaseAsync(Kinds, "a", Lease));
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();
}
