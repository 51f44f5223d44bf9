using OpenTelemetry.Trace;

namespace ModelOps.ServiceDefaults.Telemetry;

/// <summary>
/// Traces that begin here are kept up to so many a second: all of a quiet service's, some of a busy one's, whose cost would otherwise grow
/// with its requests. Whoever calls with a sampled trace of their own keeps it.
/// </summary>
/// <param name="perSecond">As many may come at once after a quiet second.</param>
public sealed class RateLimitedSampler(double perSecond, TimeProvider time) : Sampler
{
    private readonly Lock gate = new();
    private double spent; // of what may come at once
    private long asked = time.GetTimestamp();

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) => new(TryTake() ? SamplingDecision.RecordAndSample : SamplingDecision.Drop);

    private bool TryTake()
    {
        lock (gate)
        {
            var now = time.GetTimestamp();
            spent = Math.Max(0, spent - (time.GetElapsedTime(asked, now).TotalSeconds * perSecond));
            asked = now;
            if (spent + 1 > (perSecond > 0 ? Math.Max(perSecond, 1) : 0))
                return false;
            spent++;
            return true;
        }
    }
}
