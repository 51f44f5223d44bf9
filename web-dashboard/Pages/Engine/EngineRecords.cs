namespace ModelOps.Dashboard.Pages.Engine;

/// <summary>A resource as the local engine runs it.</summary>
public sealed record EngineResource(string Name, string? Type, string? State, bool? Healthy, string? Reason, IReadOnlyList<string>? Urls, IReadOnlyList<EngineReplica>? Replicas);

public sealed record EngineReplica(string Id, string? State, int? ProcessId, int Restarts);

public sealed record TraceSummary(string TraceId, string Service, string Name, DateTimeOffset Start, double DurationMs, int Spans, IReadOnlyList<string>? Services, bool HasError);

/// <summary>One operation within a trace.</summary>
public sealed record TraceSpan(
    string SpanId,
    string? ParentSpanId,
    string Service,
    string Name,
    DateTimeOffset Start,
    double DurationMs,
    IReadOnlyDictionary<string, string>? Attributes,
    string? Status,
    string? StatusMessage);
