using Microsoft.AspNetCore.Components.Web;

namespace ModelOps.Dashboard.Layout;

/// <summary>
/// Says what went wrong in the place of a page that could not be drawn. Where several parts of the page fail in one drawing, the framework
/// empties the place again for each but the first, after it has said so: it is said once more then.
/// </summary>
public sealed class PageBoundary : ErrorBoundary
{
    protected override async Task OnErrorAsync(Exception exception)
    {
        await base.OnErrorAsync(exception);
        await Task.Yield();
        StateHasChanged();
    }
}
