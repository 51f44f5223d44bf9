using Microsoft.AspNetCore.Http;
using ModelOps.Contracts.Access;

namespace ModelOps.ServiceDefaults.Access;

/// <summary>Who may do what: the one place that says so.</summary>
public static class RoleTable
{
    private static readonly Dictionary<string, AccessNeed[]> Allowed = new(StringComparer.Ordinal)
    {
        [RoleName.Publishable] = [AccessNeed.Predict, AccessNeed.Report], // of these, what is opened to shop pages
        [RoleName.Storefront] = [AccessNeed.Predict, AccessNeed.Report],
        [RoleName.Viewer] = [AccessNeed.Look, AccessNeed.Predict],
        [RoleName.Operator] = [AccessNeed.Look, AccessNeed.Predict, AccessNeed.Report, AccessNeed.Operate],
        [RoleName.Administrator] = [AccessNeed.Look, AccessNeed.Predict, AccessNeed.Report, AccessNeed.Operate, AccessNeed.Administer],
        [RoleName.Service] = Enum.GetValues<AccessNeed>(),
    };

    public static bool May(string role, AccessNeed need, bool isForShopPages = false) =>
        Allowed.TryGetValue(role, out var needs) && needs.Contains(need) && (role != RoleName.Publishable || isForShopPages);

    /// <summary>Whoever may, the least of them first.</summary>
    public static IEnumerable<string> Whoever(AccessNeed need, bool isForShopPages = false) => Allowed.Keys.Where(role => May(role, need, isForShopPages));

    /// <summary>What an endpoint needs: what it says, or what its method means.</summary>
    public static AccessNeed NeedOf(Endpoint? endpoint, string method) =>
        endpoint?.Metadata.GetMetadata<AccessNeedMetadata>()?.Need ?? (HttpMethods.IsGet(method) || HttpMethods.IsHead(method) ? AccessNeed.Look : AccessNeed.Operate);

    public static bool IsForShopPages(Endpoint? endpoint) => endpoint?.Metadata.GetMetadata<ShopPagesMetadata>() is not null;
}
