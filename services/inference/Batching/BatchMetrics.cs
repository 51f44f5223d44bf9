using System.Diagnostics.Metrics;

namespace ModelOps.Inference.Batching;

/// <summary>How long calls wait and how long they are computed, told apart: the first grows with the load, the second with the model.</summary>
internal sealed class BatchMetrics : IDisposable
{
    private readonly Meter meter;

    public BatchMetrics(IMeterFactory meters)
    {
        meter = meters.Create("ModelOps.Inference");
        Queue = meter.CreateHistogram<double>("modelops.inference.queue.duration", "s", "What a call waits before its batch is computed");
        Compute = meter.CreateHistogram<double>("modelops.inference.compute.duration", "s", "What a batch takes in ONNX Runtime");
        Size = meter.CreateHistogram("modelops.inference.batch.size", "{row}", "Rows of a batch", advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256] });
        Refused = meter.CreateCounter<long>("modelops.inference.refused", "{call}", "Calls that were not computed: in_flight, queue_full, too_late, deadline or cancelled");
        Ranked = meter.CreateCounter<long>("modelops.inference.ranked", "{row}", "Rows that were ranked, by way: index, or graph where there is none or it was asked for more than it was measured to give");
    }

    public Histogram<double> Queue { get; }

    public Histogram<double> Compute { get; }

    public Histogram<int> Size { get; }

    public Counter<long> Ranked { get; }

    public Counter<long> Refused { get; }

    public void Dispose() => meter.Dispose();
}
