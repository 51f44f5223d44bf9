using Microsoft.Extensions.Time.Testing;
using ModelOps.Contracts;
using ModelOps.Inference.Batching;

namespace ModelOps.Tests.Inference;

/// <summary>What is gathered, refused and left out, with a computation that goes on when the test says so and a clock that the test moves.</summary>
public sealed class BatcherTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly FakeTimeProvider time = new();
    private readonly Computation computation = new();

    [Fact]
    public async Task LoneCall_IsComputedAtOnce_HoweverLongOthersMayWait()
    {
        var batcher = Of(new BatchingOptions { Instances = 1, MaxWaitMicroseconds = 1_000_000 });
        computation.Proceed();

        Assert.Equal(1, await RunAsync(batcher, 1)); // the clock stands still
    }

    [Fact]
    public async Task CallsThatCameWhileOneWasComputed_AreComputedTogether_AtMostMaxBatch()
    {
        var batcher = Of(new BatchingOptions { Instances = 1, MaxBatch = 4 });
        var calls = await HoldAsync(batcher, 1, 6);

        computation.Proceed(3);

        await Task.WhenAll(calls);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], calls.Select(call => call.Result));
        Assert.Equal([1, 4, 2], computation.Sizes);
    }

    [Fact]
    public async Task CallsOfAnotherKind_AreNotComputedTogether()
    {
        var batcher = Of(new BatchingOptions { Instances = 1 });
        computation.Fits = (first, next) => first % 2 == next % 2;
        var calls = await HoldAsync(batcher, 1, 3);

        computation.Proceed(4);

        await Task.WhenAll(calls);
        Assert.Equal([1, 1, 1, 1], computation.Sizes);
    }

    [Fact]
    public async Task MaxWait_ThoseThatQueuedWaitForCompany_UntilTheBatchIsFull()
    {
        var batcher = Of(new BatchingOptions { Instances = 1, MaxBatch = 3, MaxWaitMicroseconds = 1_000_000 });
        var calls = await HoldAsync(batcher, 1, 1);
        computation.Proceed(2);
        await calls[0].WaitAsync(Patience, TestContext.Current.CancellationToken);

        calls.AddRange([RunAsync(batcher, 3), RunAsync(batcher, 4)]);

        await Task.WhenAll(calls);
        Assert.Equal([1, 3], computation.Sizes); // the clock stood still
    }

    [Fact]
    public async Task MaxWait_IsTheLongest()
    {
        var batcher = Of(new BatchingOptions { Instances = 1, MaxBatch = 3, MaxWaitMicroseconds = 5000 });
        var calls = await HoldAsync(batcher, 1, 1);
        computation.Proceed(2);

        await Eventually.TrueAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(5));
            return calls[1].IsCompletedSuccessfully;
        }, "the call that waited for company in vain");
    }

    [Fact]
    public async Task FullQueue_RefusesAtOnce_AndTheOthersAreServed()
    {
        var batcher = Of(new BatchingOptions { Instances = 1, MaxQueue = 2 });
        var calls = await HoldAsync(batcher, 1, 2);

        var refusal = await Assert.ThrowsAsync<OverloadedException>(() => RunAsync(batcher, 9));
        computation.Proceed(2);

        Assert.Equal(1, refusal.RetryAfterSeconds);
        await Task.WhenAll(calls);
        Assert.Equal([1, 2, 3], calls.Select(call => call.Result));
    }

    [Fact]
    public async Task WouldComeTooLate_IsRefusedAtOnce()
    {
        var batcher = Of(new BatchingOptions { Instances = 1 });
        computation.During = () => time.Advance(TimeSpan.FromSeconds(3));
        computation.Proceed();
        await RunAsync(batcher, 1); // a batch takes three seconds
        var calls = await HoldAsync(batcher, 2, 0);

        var refusal = await Assert.ThrowsAsync<OverloadedException>(() => RunAsync(batcher, 9, Deadline.In(TimeSpan.FromSeconds(5), time)));
        calls.Add(RunAsync(batcher, 3, Deadline.In(TimeSpan.FromSeconds(7), time)));
        computation.Proceed(2);

        Assert.Equal(3, refusal.RetryAfterSeconds);
        await Task.WhenAll(calls);
        Assert.Equal([2, 3], calls.Select(call => call.Result));
    }

    [Fact]
    public async Task DeadlineThatPassesWhileWaiting_IsNotComputed()
    {
        var batcher = Of(new BatchingOptions { Instances = 1 });
        var calls = await HoldAsync(batcher, 1, 0);
        var late = RunAsync(batcher, 2, Deadline.In(TimeSpan.FromSeconds(1), time));
        time.Advance(TimeSpan.FromSeconds(2));

        computation.Proceed(2);

        await Assert.ThrowsAsync<DeadlinePassedException>(() => late);
        await Assert.ThrowsAsync<DeadlinePassedException>(() => RunAsync(batcher, 3, new Deadline(time.GetTimestamp() - 1)));
        await Task.WhenAll(calls);
        Assert.Equal([1], computation.Rows);
    }

    [Fact]
    public async Task CancelledWhileWaiting_FreesItsPlace()
    {
        var batcher = Of(new BatchingOptions { Instances = 1, MaxQueue = 2 });
        var calls = await HoldAsync(batcher, 1, 1);
        using var client = new CancellationTokenSource();
        var cancelled = RunAsync(batcher, 3, cancellationToken: client.Token);
        await Assert.ThrowsAsync<OverloadedException>(() => RunAsync(batcher, 9));

        await client.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        calls.Add(RunAsync(batcher, 4));
        computation.Proceed(2);

        await Task.WhenAll(calls);
        Assert.Equal([1, 2, 4], computation.Rows);
    }

    [Fact]
    public async Task RowThatCannotBeComputed_FailsAlone()
    {
        var batcher = Of(new BatchingOptions { Instances = 1 });
        computation.Bad = 3;
        var calls = await HoldAsync(batcher, 1, 3);

        computation.Proceed(6);

        await Assert.ThrowsAsync<InvalidOperationException>(() => calls[2]);
        Assert.Equal((1, 2, 4), (await calls[0], await calls[1], await calls[3]));
    }

    private Batcher<Row> Of(BatchingOptions options) => TestBatching.Host(options, time).Of(computation, StoreId.Main, "model", 1);

    /// <summary>A call that is being computed, and some that wait behind it.</summary>
    private async Task<List<Task<int>>> HoldAsync(Batcher<Row> batcher, int first, int waiting)
    {
        var calls = new List<Task<int>> { RunAsync(batcher, first) };
        await Eventually.TrueAsync(() => computation.IsHeld, "the computation to begin");
        calls.AddRange(Enumerable.Range(first + 1, waiting).Select(number => RunAsync(batcher, number)));
        return calls;
    }

    private static async Task<int> RunAsync(Batcher<Row> batcher, int number, Deadline? deadline = null, CancellationToken cancellationToken = default)
    {
        var row = new Row(number);
        await batcher.RunAsync(row, deadline, cancellationToken);
        return row.Answer;
    }

    public void Dispose() => computation.Dispose();

    private sealed class Row(int number) : BatchCall
    {
        public int Number => number;

        public int Answer { get; set; }
    }

    private sealed class Computation : IBatchComputation<Row>, IDisposable
    {
        private readonly SemaphoreSlim steps = new(0);
        private readonly List<int[]> batches = [];
        private volatile bool isHeld;

        public bool IsHeld => isHeld;

        public int Bad { get; set; } = -1;

        public Action During { get; set; } = () => { };

        public Func<int, int, bool> Fits { get; set; } = (_, _) => true;

        public IEnumerable<int> Sizes => batches.Select(batch => batch.Length);

        public IEnumerable<int> Rows => batches.SelectMany(batch => batch);

        public void Proceed(int times = 1) => steps.Release(times);

        bool IBatchComputation<Row>.Fits(ReadOnlySpan<Row> batch, Row next) => Fits(batch[0].Number, next.Number);

        public void Compute(ReadOnlySpan<Row> batch)
        {
            batches.Add([.. batch.ToArray().Select(row => row.Number)]);
            isHeld = true;
            Assert.True(steps.Wait(Patience), "The test did not let the computation go on.");
            isHeld = false;
            During();
            foreach (var row in batch)
                row.Answer = row.Number == Bad ? throw new InvalidOperationException("A bad row.") : row.Number;
        }

        public void Dispose() => steps.Dispose();
    }
}
