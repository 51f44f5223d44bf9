using System.ComponentModel.DataAnnotations;
using ModelOps.Contracts.Access;

namespace ModelOps.ServiceDefaults.Access;

/// <summary>The configuration section <c>Access:Tokens</c>: people of an OpenID Connect provider, who call with its tokens or sign in at the dashboard.</summary>
public sealed class TokenOptions
{
    /// <summary>The issuer, as <c>https://login.example.com/realms/shop</c>; its keys are found at <c>/.well-known/openid-configuration</c>. Null: no tokens are taken.</summary>
    public string? Authority { get; init; }

    /// <summary>For whom a token has to be made: its claim <c>aud</c>.</summary>
    public string Audience { get; init; } = "modelops";

    /// <summary>The claim that says a person's groups or roles.</summary>
    public string RoleClaim { get; init; } = "roles";

    /// <summary>From a value of that claim to a role: <c>Access__Tokens__Roles__shop-admins=administrator</c>. Whoever has none of them is refused.</summary>
    public Dictionary<string, string> Roles { get; init; } = [];

    /// <summary>What a person is called in histories.</summary>
    public string NameClaim { get; init; } = "name";

    /// <summary>The store of everybody; see <see cref="StoreClaim"/>.</summary>
    public string Store { get; init; } = "main";

    /// <summary>The claim that names a person's store, where there are several; null where all are of <see cref="Store"/>.</summary>
    public string? StoreClaim { get; init; }

    /// <summary>False for a provider on this machine alone, for trying.</summary>
    public bool RequireHttps { get; init; } = true;

    /// <summary>Of the dashboard, at the provider; null: people sign in with keys.</summary>
    public string? ClientId { get; init; }

    public string? ClientSecret { get; init; }

    /// <summary>How long a sign-in at the dashboard lasts, in hours.</summary>
    [Range(1, 24)] public int SignInHours { get; init; } = 8;

    /// <exception cref="InvalidOperationException">A setting cannot be; the message names it.</exception>
    internal void RefuseWrong()
    {
        if (Authority is null)
            return;
        if (!Uri.TryCreate(Authority, UriKind.Absolute, out var authority) || (authority.Scheme != Uri.UriSchemeHttps && (RequireHttps || !authority.IsLoopback)))
            throw new InvalidOperationException($"Access:Tokens:Authority is '{Authority}'. Give the issuer's https address; http is for this machine alone, with RequireHttps=false.");
        if (Roles.Count == 0)
            throw new InvalidOperationException("Access:Tokens:Roles is empty, so nobody could do anything. Map at least one value of the role claim: Access__Tokens__Roles__shop-admins=administrator.");
        if (Roles.Values.FirstOrDefault(role => !RoleName.OfPeople.Contains(role)) is { } wrong)
            throw new InvalidOperationException($"Access:Tokens:Roles maps to '{wrong}'; a person's role is one of {string.Join(", ", RoleName.OfPeople)}.");
        Validator.ValidateObject(this, new ValidationContext(this), validateAllProperties: true);
    }
}
