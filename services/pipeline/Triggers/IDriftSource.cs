using ModelOps.Contracts;

namespace ModelOps.Pipeline.Triggers;

/// <summary>Where reports of drift come from.</summary>
internal interface IDriftSource
{
    /// <returns>The latest report on a model; null before the first.</returns>
    Task<DriftSighting?> FindAsync(StoreId store, string model, CancellationToken cancellationToken);
}

/// <summary>What the trigger needs of a drift report.</summary>
/// <param name="Version">The version whose training data the window was held against.</param>
/// <param name="To">The end of the window.</param>
internal sealed record DriftSighting(string Id, int Version, DateTimeOffset From, DateTimeOffset To, bool IsDrifted, IReadOnlyList<string> Reasons);
