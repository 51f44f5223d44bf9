namespace ModelOps.Dashboard.Pages.Models;

internal static class DefaultModel
{
    /// <summary>The registered model of the pipeline <c>recommend</c>; what inference answers with when a storefront names none.</summary>
    public const string Name = "recommend";
}
