namespace ModelOps.Contracts.Access;

/// <summary>What a caller may do. What each role may is in one place: ModelOps.ServiceDefaults/Access/RoleTable.cs.</summary>
public static class RoleName
{
    /// <summary>A shop's page: its key is there for everybody to read.</summary>
    public const string Publishable = "publishable";

    /// <summary>A shop's server: asks for predictions and sends events.</summary>
    public const string Storefront = "storefront";

    /// <summary>Looks at everything and changes nothing.</summary>
    public const string Viewer = "viewer";

    /// <summary>Brings data, trains, deploys, rolls back.</summary>
    public const string Operator = "operator";

    /// <summary>Also gives keys and erases people.</summary>
    public const string Administrator = "administrator";

    /// <summary>Another service, which acts for any store.</summary>
    public const string Service = "service";

    /// <summary>Those that a key may be given.</summary>
    public static IReadOnlyList<string> OfKeys { get; } = [Publishable, Storefront, Viewer, Operator, Administrator];

    /// <summary>Those of people, who sign in to the dashboard.</summary>
    public static IReadOnlyList<string> OfPeople { get; } = [Viewer, Operator, Administrator];
}
