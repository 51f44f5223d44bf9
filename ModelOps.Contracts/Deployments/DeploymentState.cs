namespace ModelOps.Contracts.Deployments;

/// <summary>What each store has in front of its shoppers.</summary>
/// <param name="Revision">Rises with every change of an alias or a rollout in any store.</param>
/// <param name="Splits">The rollouts that are under way.</param>
public sealed record DeploymentState(long Revision, IReadOnlyList<Deployment> Deployments, IReadOnlyList<Split> Splits);

/// <summary>A model's alias and the version behind it.</summary>
public sealed record Deployment(StoreId Store, string Model, string Alias, int Version, string ManifestSha256);

/// <summary>How a rollout divides a model's shoppers.</summary>
/// <param name="Rollout">Its id is the salt of the assignment: a shopper's arm in one rollout says nothing of the next.</param>
public sealed record Split(StoreId Store, Guid Rollout, string Alias, IReadOnlyList<SplitArm> Arms);

/// <param name="Package">The arm's version; its alias is the arm's name.</param>
public sealed record SplitArm(double Percent, bool IsShadow, Deployment Package);
