using System.Security.Claims;
using ModelOps.Contracts;
using ModelOps.Contracts.Access;

namespace ModelOps.ServiceDefaults.Access;

/// <summary>From a provider's claims to those that are held against endpoints: the store, the role, and by whom.</summary>
public static class TokenPerson
{
    /// <param name="scheme">The authentication type of the identity.</param>
    /// <returns>Null where the token gives no role, or no store.</returns>
    public static ClaimsIdentity? Of(ClaimsPrincipal token, TokenOptions options, string scheme)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(options);
        // The strongest of those that are mapped: the roles of people stand in this order.
        var role = token.FindAll(options.RoleClaim).Select(claim => options.Roles.GetValueOrDefault(claim.Value)).OfType<string>()
            .MaxBy(known => RoleName.OfPeople.ToList().IndexOf(known));
        var store = options.StoreClaim is { } claim ? token.FindFirstValue(claim) : options.Store;
        var name = token.FindFirstValue(options.NameClaim) ?? token.FindFirstValue("preferred_username") ?? token.FindFirstValue("email") ?? token.FindFirstValue("sub");
        return role is null || string.IsNullOrEmpty(store) || string.IsNullOrEmpty(name) ? null
            : new ClaimsIdentity([new Claim(ClaimTypes.Name, name), new Claim(ClaimTypes.Role, role), new Claim(StoreId.Claim, store)], scheme);
    }
}
