using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ModelOps.Bench.Serving;

/// <summary>What came of a load.</summary>
internal sealed class Outcome
{
    private readonly ConcurrentQueue<double> milliseconds = new();
    private readonly ConcurrentDictionary<int, int> statuses = new();

    public double Seconds { get; set; }

    public int Answered => milliseconds.Count;

    /// <summary>Answers of 200 a second.</summary>
    public double Throughput => Answered / Seconds;

    /// <summary>Each answer that was not a 200 and was not a refusal for load; 0 is a broken connection.</summary>
    public int Failed => statuses.Where(status => status.Key is not (200 or 429 or 504)).Sum(status => status.Value);

    public string Statuses => string.Join(", ", statuses.OrderBy(status => status.Key).Select(status => $"{status.Value} × {status.Key}"));

    public void Add(int status, double elapsed)
    {
        statuses.AddOrUpdate(status, 1, (_, count) => count + 1);
        if (status == 200)
            milliseconds.Enqueue(elapsed);
    }

    public double Percentile(double share)
    {
        var sorted = milliseconds.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[(int)Math.Min(sorted.Length - 1, share * sorted.Length)];
    }

    public int LaterThan(double limit) => milliseconds.Count(elapsed => elapsed > limit);
}

/// <summary>Sends requests to a port: as fast as they are answered, or at a rate of its own.</summary>
internal static partial class Load
{
    /// <summary>Each connection asks again as soon as it is answered.</summary>
    public static async Task<Outcome> ClosedAsync(int port, IEnumerator<byte[]> requests, int connections, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        var outcome = new Outcome();
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            using var http = new Http(port);
            while (Stopwatch.GetElapsedTime(started) < duration && !cancellationToken.IsCancellationRequested)
            {
                var request = Next(requests);
                var sent = Stopwatch.GetTimestamp();
                outcome.Add(await StatusAsync(http, request), Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            }
        }, CancellationToken.None)));
        outcome.Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return outcome;
    }

    /// <summary>
    /// Shoppers come at random moments (Poisson), whether or not earlier ones are answered; the time of an answer counts from when its
    /// shopper came, so a stalled server cannot hide who waited. Connections are opened as they are needed, up to a limit.
    /// </summary>
    public static async Task<Outcome> OpenAsync(int port, IEnumerator<byte[]> requests, double rate, TimeSpan duration, int mostConnections = 2000)
    {
        var outcome = new Outcome();
        var idle = new ConcurrentStack<Http>();
        var waiting = new ConcurrentQueue<(byte[] Request, long Came)>();
        var (open, pending) = (0, 0);
        var random = new Random(7);
        var started = Stopwatch.GetTimestamp();
        var due = 0.0;
        await Task.Factory.StartNew(() =>
        {
            while (due < duration.TotalSeconds)
            {
                var now = Stopwatch.GetElapsedTime(started).TotalSeconds;
                for (; due <= now; due += -Math.Log(1 - random.NextDouble()) / rate)
                {
                    Interlocked.Increment(ref pending);
                    waiting.Enqueue((Next(requests), started + (long)(due * Stopwatch.Frequency)));
                    if (idle.TryPop(out var http))
                        _ = Task.Run(() => ServeAsync(http));
                    else if (open < mostConnections)
                    {
                        open++;
                        _ = Task.Run(() => ServeAsync(new Http(port)));
                    }
                }
                _ = usleep(50);
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        outcome.Seconds = duration.TotalSeconds;
        while (Volatile.Read(ref pending) > 0 && Stopwatch.GetElapsedTime(started) < duration + TimeSpan.FromSeconds(30))
            await Task.Delay(10);
        foreach (var http in idle)
            http.Dispose();
        return outcome;

        async Task ServeAsync(Http http)
        {
            while (waiting.TryDequeue(out var next))
            {
                var status = await StatusAsync(http, next.Request);
                outcome.Add(status, Stopwatch.GetElapsedTime(next.Came).TotalMilliseconds);
                Interlocked.Decrement(ref pending);
            }
            idle.Push(http);
            if (!waiting.IsEmpty && idle.TryPop(out var again))
                _ = Task.Run(() => ServeAsync(again)); // one that came between the last look and the push
        }
    }

    private static byte[] Next(IEnumerator<byte[]> requests)
    {
        lock (requests)
        {
            requests.MoveNext();
            return requests.Current;
        }
    }

    private static async Task<int> StatusAsync(Http http, byte[] request)
    {
        try
        {
            return (await http.SendAsync(request)).Status;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    [LibraryImport("libc")]
    private static partial int usleep(uint microseconds);
}
