namespace ModelOps.AppHost.LocalEngine.Telemetry;

/// <summary>The latest spans and log records, so many and no more.</summary>
internal sealed class TelemetryStore(int maximumSpans = 20_000, int maximumLogs = 20_000)
{
    private readonly Lock _lock = new();
    private readonly Queue<Span> _spans = new();
    private readonly Dictionary<string, List<Span>> _byTrace = [];
    private readonly Queue<LogRecord> _logs = new();

    public int SpanCount
    {
        get
        {
            lock (_lock)
                return _spans.Count;
        }
    }

    public void AddSpans(IEnumerable<Span> spans)
    {
        lock (_lock)
        {
            foreach (var span in spans)
            {
                _spans.Enqueue(span);
                if (!_byTrace.TryGetValue(span.TraceId, out var trace))
                    _byTrace[span.TraceId] = trace = [];
                trace.Add(span);
                if (_spans.Count > maximumSpans)
                    Forget(_spans.Dequeue());
            }
        }
    }

    public void AddLogs(IEnumerable<LogRecord> logs)
    {
        lock (_lock)
        {
            foreach (var log in logs)
            {
                _logs.Enqueue(log);
                if (_logs.Count > maximumLogs)
                    _logs.Dequeue();
            }
        }
    }

    /// <summary>A trace from its first span on.</summary>
    public IReadOnlyList<Span> SpansOf(string traceId)
    {
        lock (_lock)
            return _byTrace.TryGetValue(traceId.ToLowerInvariant(), out var spans) ? [.. spans.OrderBy(span => span.Start)] : [];
    }

    /// <summary>The latest traces, newest first, each by its first span.</summary>
    public IReadOnlyList<TraceSummary> RecentTraces(string? service, int limit)
    {
        lock (_lock)
        {
            return [.. _byTrace
                .Where(trace => service is null || trace.Value.Exists(span => span.Service == service))
                .Select(trace => TraceSummary.Of(trace.Key, trace.Value))
                .OrderByDescending(trace => trace.Start)
                .Take(limit)];
        }
    }

    /// <summary>Newest last.</summary>
    public IReadOnlyList<LogRecord> Logs(string? traceId, string? service, int limit)
    {
        lock (_lock)
        {
            return [.. _logs
                .Where(log => (traceId is null || log.TraceId.Equals(traceId, StringComparison.OrdinalIgnoreCase)) && (service is null || log.Service == service))
                .TakeLast(limit)];
        }
    }

    private void Forget(Span oldest)
    {
        var trace = _byTrace[oldest.TraceId];
        trace.Remove(oldest);
        if (trace.Count == 0)
            _byTrace.Remove(oldest.TraceId);
    }
}

internal sealed record Span(
    string TraceId,
    string SpanId,
    string? ParentSpanId,
    string Service,
    string Name,
    string Kind,
    DateTimeOffset Start,
    double DurationMs,
    IReadOnlyDictionary<string, string> Attributes,
    string Status,
    string? StatusMessage);

internal sealed record LogRecord(
    DateTimeOffset Time,
    string Service,
    string Severity,
    string Message,
    string TraceId,
    string SpanId,
    IReadOnlyDictionary<string, string> Attributes);

internal sealed record TraceSummary(string TraceId, string Service, string Name, DateTimeOffset Start, double DurationMs, int Spans, IReadOnlyList<string> Services, bool HasError)
{
    public static TraceSummary Of(string traceId, IReadOnlyList<Span> spans)
    {
        var first = spans.MinBy(span => span.Start)!;
        var end = spans.Max(span => span.Start.AddMilliseconds(span.DurationMs));
        return new TraceSummary(traceId, first.Service, first.Name, first.Start, (end - first.Start).TotalMilliseconds, spans.Count,
            [.. spans.Select(span => span.Service).Distinct()], spans.Any(span => span.Status == "Error"));
    }
}
