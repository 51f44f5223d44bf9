using ModelOps.Contracts;
using ModelOps.Contracts.Predictions;

namespace ModelOps.Inference.Assist;

/// <summary>Finds products for a message. The first of the registered ones that finds some answers.</summary>
internal interface IProductFinder
{
    Task<IReadOnlyList<AssistProduct>> FindAsync(StoreId store, string message, string? user, string? session, int count, CancellationToken cancellationToken);
}
