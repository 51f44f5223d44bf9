using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace ModelOps.ServiceDefaults.Access;

/// <summary>Holds a caller's role against what the endpoint needs; the policy of every endpoint that has no other.</summary>
internal sealed class AccessPolicy : AuthorizationHandler<AccessPolicy.Requirement>
{
    internal sealed record Requirement : IAuthorizationRequirement;

    public static AuthorizationPolicy Policy { get; } = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().AddRequirements(new Requirement()).Build();

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, Requirement requirement)
    {
        if (context.Resource is HttpContext http && context.User.FindFirstValue(ClaimTypes.Role) is { } role
            && RoleTable.May(role, RoleTable.NeedOf(http.GetEndpoint(), http.Request.Method), RoleTable.IsForShopPages(http.GetEndpoint())))
            context.Succeed(requirement);
        return Task.CompletedTask;
    }
}
