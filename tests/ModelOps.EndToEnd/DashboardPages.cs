using Microsoft.Playwright;

namespace ModelOps.EndToEnd;

/// <summary>The dashboard's pages, those of one run and of one version by what the stack has.</summary>
internal static class DashboardPages
{
    private static readonly string[] Fixed =
    [
        "/", "/datasets", "/datasets/demo", "/datasets/demo/reviews", "/runs", "/pipelines", "/pipelines/recommend", "/models", "/models/recommend", "/models/recommend/versions/1", "/rules", "/monitoring", "/monitoring/drift", "/alerts",
        "/profiles", "/audiences", "/try", "/pictures", "/assist", "/campaigns", "/audit", "/settings", "/resources", "/login", "/not-found",
    ];

    public static async Task<IReadOnlyList<string>> AllAsync(Stack stack)
    {
        var runs = (await stack.Pipeline.ListAsync(Contracts.StoreId.Main)).Items;
        return [.. Fixed, $"/runs/{runs[^1].Id}", $"/runs/compare?id={runs[^1].Id}&id={runs[^2].Id}"];
    }

    /// <summary>Goes there and waits until the page has what it shows.</summary>
    public static async Task OpenAsync(this IPage page, string path)
    {
        await page.GotoAsync(path);
        await Assertions.Expect(page.Locator("h1").First).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".loading")).ToHaveCountAsync(0);
    }

    /// <summary>Clicks a button until what it opens is there: a page that was just opened may not listen yet.</summary>
    public static async Task ClickUntilAsync(this IPage page, string button, string opens)
    {
        for (var tries = 1; ; tries++)
        {
            await page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();
            try
            {
                await page.GetByTestId(opens).WaitForAsync(new() { Timeout = 5_000 });
                return;
            }
            catch (TimeoutException) when (tries < 6)
            {
            }
        }
    }
}
