namespace ModelOps.Contracts.Clients;

/// <summary>The headers that say who calls, and for whom.</summary>
public static class AccessHeaders
{
    /// <summary>A store's key, or the key that services show each other.</summary>
    public const string ApiKey = "x-api-key";

    /// <summary>The store that a service acts for; read only beside the service key.</summary>
    public const string Store = "x-modelops-store";

    /// <summary>Who asked the service to act, as it will stand in a history; read only beside the service key.</summary>
    public const string Actor = "x-modelops-actor";

    /// <summary>The role of whoever asked the service to act, which then may no more than they; read only beside the service key.</summary>
    public const string Role = "x-modelops-role";
}
