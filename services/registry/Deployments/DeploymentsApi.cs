using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Access;
using ModelOps.Contracts.Deployments;

namespace ModelOps.Registry.Deployments;

/// <summary>What inference follows: the versions behind all aliases, and the rollouts that are under way. A call waits until something has moved.</summary>
internal static class DeploymentsApi
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);
    private const int LongestWait = 30;

    public static void MapDeployments(this IEndpointRouteBuilder app) => app.MapGet("/v1/deployments", WaitAsync).WithTags("Deployments");

    private static async Task<Ok<DeploymentState>> WaitAsync(StoreId store, HttpContext context, RegistryDb database, CancellationToken cancellationToken, long revision = -1, int waitSeconds = 0)
    {
        var deadline = TimeProvider.System.GetTimestamp();
        var current = await RevisionAsync(database, cancellationToken);
        while (current == revision && TimeProvider.System.GetElapsedTime(deadline).TotalSeconds < Math.Min(waitSeconds, LongestWait))
        {
            await Task.Delay(Look, cancellationToken);
            current = await RevisionAsync(database, cancellationToken);
        }
        var everyStore = context.User.IsInRole(RoleName.Service);
        var rows = await (from alias in database.Aliases
                          join version in database.Versions on new { alias.Store, alias.Model, alias.Version } equals new { version.Store, version.Model, version.Version }
                          where version.ManifestSha256 != null && (everyStore || alias.Store == store.Value)
                          orderby alias.Store, alias.Model, alias.Alias
                          select new { alias.Store, alias.Model, alias.Alias, alias.Version, version.ManifestSha256 }).ToListAsync(cancellationToken);
        var splits = await SplitsAsync(database, everyStore ? null : store.Value, cancellationToken);
        return TypedResults.Ok(new DeploymentState(current, [.. rows.Select(row => new Deployment(new StoreId(row.Store), row.Model, row.Alias, row.Version, row.ManifestSha256!))], splits));
    }

    /// <summary>The number of changes, not the highest id: ids can become visible out of order.</summary>
    private static async Task<long> RevisionAsync(RegistryDb database, CancellationToken cancellationToken) =>
        await database.AliasChanges.LongCountAsync(cancellationToken) + await database.RolloutChanges.LongCountAsync(cancellationToken);

    private static async Task<IReadOnlyList<Split>> SplitsAsync(RegistryDb database, string? store, CancellationToken cancellationToken)
    {
        var rollouts = await database.Rollouts.AsNoTracking().Where(row => row.EndedAt == null && (store == null || row.Store == store)).OrderBy(row => row.Id).ToListAsync(cancellationToken);
        var splits = new List<Split>();
        foreach (var rollout in rollouts)
        {
            var manifests = await database.Versions.Where(row => row.Store == rollout.Store && row.Model == rollout.Model && rollout.Versions.Contains(row.Version) && row.ManifestSha256 != null)
                .ToDictionaryAsync(row => row.Version, row => row.ManifestSha256!, cancellationToken);
            var arms = rollout.ToContract().Arms.Select(arm => new SplitArm(arm.Percent, arm.IsShadow, new Deployment(new StoreId(rollout.Store), rollout.Model, arm.Name, arm.Version, manifests[arm.Version])));
            splits.Add(new Split(new StoreId(rollout.Store), rollout.Id, rollout.Alias, [.. arms]));
        }
        return splits;
    }
}
