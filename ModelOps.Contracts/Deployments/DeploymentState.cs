namespace ModelOps.Contracts.Deployments;

/// <summary>What each store has in front of its shoppers.</summary>
/// <param name="Revision">Rises with every change of an alias in any store.</param>
public sealed record DeploymentState(long Revision, IReadOnlyList<Deployment> Deployments);

/// <summary>A model's alias and the version behind it.</summary>
public sealed record Deployment(StoreId Store, string Model, string Alias, int Version, string ManifestSha256);
