using Microsoft.AspNetCore.Builder;

namespace ModelOps.ServiceDefaults.Access;

/// <summary>What an endpoint is for, as far as it decides who may call it. <see cref="RoleTable"/> says which roles may.</summary>
public enum AccessNeed
{
    /// <summary>Changes nothing: what GET is, unless it says otherwise.</summary>
    Look,

    /// <summary>Asks a model.</summary>
    Predict,

    /// <summary>Tells what shoppers did.</summary>
    Report,

    /// <summary>Changes something: what is not GET, unless it says otherwise.</summary>
    Operate,

    /// <summary>Decides who may do what, or removes what cannot be brought back.</summary>
    Administer,

    /// <summary>Between services.</summary>
    Serve,
}

public static class AccessNeedExtensions
{
    /// <summary>Says what the endpoints are for, where their method does not.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder endpoints, AccessNeed need) where TBuilder : IEndpointConventionBuilder =>
        endpoints.WithMetadata(new AccessNeedMetadata(need));
}

internal sealed record AccessNeedMetadata(AccessNeed Need);
