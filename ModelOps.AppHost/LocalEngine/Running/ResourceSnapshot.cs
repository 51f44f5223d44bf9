using Aspire.Hosting.ApplicationModel;

namespace ModelOps.AppHost.LocalEngine.Running;

/// <summary>A resource at one moment.</summary>
public sealed record ResourceSnapshot(string Name, string Type)
{
    public string State { get; init; } = KnownResourceStates.NotStarted;

    public bool Healthy { get; init; }

    /// <summary>Why it is not healthy, or what it waits for.</summary>
    public string? Reason { get; init; }

    public int? ExitCode { get; init; }

    public IReadOnlyList<string> Urls { get; init; } = [];

    public IReadOnlyList<ReplicaSnapshot> Replicas { get; init; } = [];

    /// <summary>Nothing more is to be waited for: it serves, it is done, or it cannot start.</summary>
    public bool IsSettled => Healthy || KnownResourceStates.TerminalStates.Contains(State);
}

/// <param name="Id">The resource's name, with a number where there are several replicas.</param>
public sealed record ReplicaSnapshot(string Id)
{
    public string State { get; init; } = KnownResourceStates.NotStarted;

    public bool Healthy { get; init; }

    public string? Reason { get; init; }

    public int? ProcessId { get; init; }

    public int Restarts { get; init; }

    public int? ExitCode { get; init; }
}
