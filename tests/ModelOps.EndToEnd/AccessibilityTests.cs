using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace ModelOps.EndToEnd;

/// <summary>Every page by axe, in both themes and languages, each at a desktop's and at a phone's width.</summary>
public sealed class AccessibilityTests(Stack stack)
{
    private static readonly (int Width, int Height)[] Screens = [(1280, 900), (390, 844)];

    [Theory]
    [InlineData("light", "en")]
    [InlineData("dark", "zh-Hans")]
    public async Task EveryPage_HasNoSeriousFinding(string theme, string language)
    {
        await using var browser = await TestBrowser.StartAsync(stack);
        await browser.Page.GotoAsync($"/preferences/theme?theme={theme}&returnUrl=/login");
        await browser.Page.GotoAsync($"/preferences/language?language={language}&returnUrl=/login");
        var found = new List<string>();

        foreach (var path in await DashboardPages.AllAsync(stack))
        {
            await browser.Page.OpenAsync(path);
            foreach (var (width, height) in Screens)
            {
                await browser.Page.SetViewportSizeAsync(width, height);
                await browser.Page.WaitForTimeoutAsync(Settling);
                found.AddRange((await FindingsAsync(browser.Page)).Select(finding => $"{path} at {width}: {finding}"));
            }
        }

        Assert.Empty(found);
        Assert.Empty(browser.Errors);
    }

    /// <summary>For what the page's script does after its size has changed.</summary>
    private const int Settling = 300;

    private static async Task<IEnumerable<string>> FindingsAsync(IPage page)
    {
        var result = await page.RunAxe();
        Assert.NotEmpty(result.Passes); // axe has looked
        var wider = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        return result.Violations.Where(violation => violation.Impact is "serious" or "critical")
            .Select(violation => $"{violation.Id}, {violation.Help}: {string.Join(" | ", violation.Nodes.Take(3).Select(node => node.Html))}")
            .Concat(wider > 0 ? [$"wider than the screen by {wider} px"] : Array.Empty<string>());
    }
}
