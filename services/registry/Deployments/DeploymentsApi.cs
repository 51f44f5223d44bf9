using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ModelOps.Contracts;
using ModelOps.Contracts.Deployments;
using ModelOps.ServiceDefaults.Access;

namespace ModelOps.Registry.Deployments;

/// <summary>What inference follows: the versions behind all aliases. A call waits until something has moved.</summary>
internal static class DeploymentsApi
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);
    private const int LongestWait = 30;

    public static void MapDeployments(this IEndpointRouteBuilder app) => app.MapGet("/v1/deployments", WaitAsync).WithTags("Deployments");

    private static async Task<Ok<DeploymentState>> WaitAsync(StoreId store, HttpContext context, RegistryDb database, CancellationToken cancellationToken, long revision = -1, int waitSeconds = 0)
    {
        var deadline = TimeProvider.System.GetTimestamp();
        // The number of moves, not the highest id: ids can become visible out of order.
        var current = await database.AliasChanges.LongCountAsync(cancellationToken);
        while (current == revision && TimeProvider.System.GetElapsedTime(deadline).TotalSeconds < Math.Min(waitSeconds, LongestWait))
        {
            await Task.Delay(Look, cancellationToken);
            current = await database.AliasChanges.LongCountAsync(cancellationToken);
        }
        var everyStore = context.User.IsInRole(StoreAccess.ServiceRole);
        var rows = await (from alias in database.Aliases
                          join version in database.Versions on new { alias.Store, alias.Model, alias.Version } equals new { version.Store, version.Model, version.Version }
                          where version.ManifestSha256 != null && (everyStore || alias.Store == store.Value)
                          orderby alias.Store, alias.Model, alias.Alias
                          select new { alias.Store, alias.Model, alias.Alias, alias.Version, version.ManifestSha256 }).ToListAsync(cancellationToken);
        return TypedResults.Ok(new DeploymentState(current, [.. rows.Select(row => new Deployment(new StoreId(row.Store), row.Model, row.Alias, row.Version, row.ManifestSha256!))]));
    }
}
