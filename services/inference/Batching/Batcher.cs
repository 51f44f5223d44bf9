using System.Runtime.CompilerServices;

namespace ModelOps.Inference.Batching;

/// <summary>
/// Gathers the calls of one loaded version into batches. A batch is whatever waits when its computation begins, so a lone call is
/// computed at once and company comes only under load. Batches run on the thread pool behind what is already queued there, which lets
/// requests that have arrived join.
/// </summary>
internal sealed class Batcher<TCall> : IThreadPoolWorkItem where TCall : BatchCall
{
    private const double Newest = 0.1; // its share in the estimate of a batch's time

    private readonly Lock gate = new();
    private readonly CallQueue<TCall> queue = new();
    private readonly Stack<TCall[]> batches = new();
    private readonly IBatchComputation<TCall> computation;
    private readonly BatchingOptions options;
    private readonly BatchMetrics metrics;
    private readonly TimeProvider time;
    private readonly KeyValuePair<string, object?>[] tags;
    private readonly Action<object?, CancellationToken> giveUp;
    private int running;
    private double batchTicks; // an estimate, in timestamps
    private TaskCompletionSource? full;

    public Batcher(IBatchComputation<TCall> computation, BatchingHost host, KeyValuePair<string, object?>[] tags)
    {
        (this.computation, options, metrics, time, this.tags) = (computation, host.Options, host.Metrics, host.Time, tags);
        giveUp = (call, token) => GiveUp((TCall)call!, token);
        for (var instance = 0; instance < options.Instances; instance++)
            batches.Push(new TCall[options.MaxBatch]);
    }

    /// <summary>Calls that wait.</summary>
    public int Waiting
    {
        get
        {
            lock (gate)
                return queue.Count;
        }
    }

    /// <summary>Computes a call together with others. Cancelled or too late while it waits, it leaves the queue; once it is being computed, it is awaited.</summary>
    /// <exception cref="OverloadedException">The queue is full, or the call would come too late.</exception>
    /// <exception cref="DeadlinePassedException">Its deadline passed while it waited.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask RunAsync(TCall call, Deadline? deadline, CancellationToken cancellationToken)
    {
        var result = Enqueue(call, deadline?.At ?? long.MaxValue);
        await using var registration = cancellationToken.UnsafeRegister(giveUp, call);
        await result.ConfigureAwait(false);
        StageTimes.Current?.Add(time.GetElapsedTime(call.Since, call.Taken), time.GetElapsedTime(call.Taken, call.Ended));
    }

    private ValueTask Enqueue(TCall call, long until)
    {
        bool starts;
        ValueTask result;
        lock (gate)
        {
            var now = time.GetTimestamp();
            RefuseIfTooMuch(now, until);
            (call.Since, call.Until) = (now, until);
            result = call.Begin();
            queue.Add(call);
            starts = running < options.Instances;
            if (starts)
                running++;
            else if (queue.Count >= options.MaxBatch)
                full?.TrySetResult();
        }
        if (starts)
            Schedule();
        return result;
    }

    private void RefuseIfTooMuch(long now, long until)
    {
        var ahead = running < options.Instances ? 0 : 1 + (queue.Count / options.MaxBatch);
        var wait = ahead * batchTicks / options.Instances;
        if (queue.Count >= options.MaxQueue)
            throw Refusal("queue_full", $"{queue.Count} calls wait for the model already; more are not taken in.", wait);
        if (now > until)
        {
            Count("deadline");
            throw new DeadlinePassedException();
        }
        if (wait + batchTicks > until - now && ahead > 0)
            throw Refusal("too_late", "So many calls wait for the model that this one would be answered after its deadline.", wait);
    }

    private OverloadedException Refusal(string reason, string message, double waitTicks)
    {
        Count(reason);
        return new OverloadedException(message, TimeSpan.FromSeconds(waitTicks / time.TimestampFrequency));
    }

    private void Count(string reason) => metrics.Refused.Add(1, [.. tags, new("reason", reason)]);

    private void GiveUp(TCall call, CancellationToken token)
    {
        lock (gate)
        {
            if (!call.IsWaiting)
                return;
            queue.Remove(call);
        }
        Count("cancelled");
        call.Fail(new OperationCanceledException(token));
    }

    private void Schedule() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    /// <summary>One batch; then, behind what has been queued in the pool meanwhile, the next.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        TCall[] batch;
        int rows;
        lock (gate)
        {
            batch = batches.Pop();
            rows = Take(batch);
        }
        if (rows > 0)
            Compute(batch.AsSpan(0, rows));
        var wait = TimeSpan.Zero;
        Task? company = null;
        lock (gate)
        {
            batches.Push(batch);
            if (queue.First is not { } first)
            {
                running--;
                return;
            }
            if (queue.Count < options.MaxBatch && options.MaxWaitMicroseconds > 0)
                wait = options.MaxWait - time.GetElapsedTime(first.Since);
            if (wait > TimeSpan.Zero)
                company = (full ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
        if (company is not null)
            _ = WaitForCompanyAsync(company, wait);
        else
            Schedule();
    }

    private async Task WaitForCompanyAsync(Task company, TimeSpan wait)
    {
        await Task.WhenAny(company, Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), time)).ConfigureAwait(false);
        lock (gate)
            full = null;
        Schedule();
    }

    /// <summary>Takes what waits, in its order. What has waited too long is not computed any more.</summary>
    private int Take(TCall[] batch)
    {
        var now = time.GetTimestamp();
        var rows = 0;
        while (rows < batch.Length && queue.First is { } call)
        {
            var isLate = now > call.Until;
            if (!isLate && rows > 0 && !computation.Fits(batch.AsSpan(0, rows), call))
                break;
            queue.Remove(call);
            if (isLate)
            {
                Count("deadline");
                call.Fail(new DeadlinePassedException()); // whoever awaits it goes on elsewhere, not under this lock
                continue;
            }
            metrics.Queue.Record(time.GetElapsedTime(call.Since, now).TotalSeconds, tags);
            call.Taken = now;
            batch[rows++] = call;
        }
        return rows;
    }

    private void Compute(Span<TCall> batch)
    {
        var started = time.GetTimestamp();
        try
        {
            computation.Compute(batch);
        }
        catch (Exception exception)
        {
            ComputeAlone(batch, exception);
            batch.Clear();
            return;
        }
        var ended = time.GetTimestamp();
        metrics.Compute.Record(time.GetElapsedTime(started, ended).TotalSeconds, tags);
        metrics.Size.Record(batch.Length, tags);
        lock (gate)
            batchTicks = batchTicks == 0 ? ended - started : batchTicks + (Newest * (ended - started - batchTicks));
        foreach (var call in batch)
        {
            call.Ended = ended;
            call.Succeed();
        }
        batch.Clear();
    }

    /// <summary>A row that cannot be computed fails alone; its neighbours get their answers.</summary>
    private void ComputeAlone(Span<TCall> batch, Exception failure)
    {
        if (batch.Length == 1)
        {
            batch[0].Fail(failure);
            return;
        }
        foreach (var call in batch)
        {
            try
            {
                computation.Compute([call]);
                call.Ended = time.GetTimestamp();
                call.Succeed();
            }
            catch (Exception exception)
            {
                call.Fail(exception);
            }
        }
    }
}
