using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using ModelOps.Contracts.Access;

namespace ModelOps.ServiceDefaults.Access;

/// <summary>What a caller hears whose role may not, however they showed who they are.</summary>
internal static class Refusals
{
    public static Task ForbiddenAsync(HttpContext context)
    {
        var role = context.User.FindFirstValue(ClaimTypes.Role);
        var whoever = RoleTable.Whoever(RoleTable.NeedOf(context.GetEndpoint(), context.Request.Method), RoleTable.IsForShopPages(context.GetEndpoint())).Where(other => other != RoleName.Publishable);
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return (role == RoleName.Publishable
            ? Problems.Of(StatusCodes.Status403Forbidden, "publishable-key", "A publishable key may not do this", "It sends events and asks for recommendations. Call from the shop's server with the store's secret key.")
            : Problems.Of(StatusCodes.Status403Forbidden, "role", "The role may not do this",
                $"The caller's role is {role}; this is for {string.Join(", ", whoever)}. An administrator of the store gives keys: POST /v1/api-keys at the registry.")).ExecuteAsync(context);
    }
}
