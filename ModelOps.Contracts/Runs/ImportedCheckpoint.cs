namespace ModelOps.Contracts.Runs;

/// <summary>A network that was trained elsewhere, ready for runs with <c>"architecture": "imported"</c>.</summary>
/// <param name="Id">SHA-256 over what was uploaded; the parameter <c>checkpoint</c> of such a run.</param>
/// <param name="Items">Items that the network ranks.</param>
/// <param name="Length">Items of a history that it looks at.</param>
/// <param name="Parameters">Numbers in the network.</param>
/// <param name="HasItemIds">False where item i is known by the id <c>i</c>.</param>
public sealed record ImportedCheckpoint(string Id, int Items, int Length, long Parameters, bool HasItemIds, DateTimeOffset CreatedAt);
