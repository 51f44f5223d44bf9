using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace ModelOps.EndToEnd;

/// <summary>Every page by axe: at a desktop's width, light, in English, and at a phone's width, dark, in Chinese.</summary>
public sealed class AccessibilityTests(Stack stack)
{
    /// <summary>For what the page's script does once it has its content.</summary>
    private const int Settling = 300;

    [Theory]
    [InlineData("light", "en", 1280)]
    [InlineData("dark", "zh-Hans", 390)]
    public async Task EveryPage_HasNoSeriousFinding(string theme, string language, int width)
    {
        await using var browser = await TestBrowser.StartAsync(stack, width);
        await browser.Page.GotoAsync($"/preferences/theme?theme={theme}&returnUrl=/login");
        await browser.Page.GotoAsync($"/preferences/language?language={language}&returnUrl=/login");
        var found = new List<string>();

        foreach (var path in await DashboardPages.AllAsync(stack))
        {
            await browser.Page.OpenAsync(path);
            await browser.Page.WaitForTimeoutAsync(Settling);
            found.AddRange((await FindingsAsync(browser.Page)).Select(finding => $"{path}: {finding}"));
        }

        Assert.Empty(found);
        Assert.Empty(browser.Errors);
    }

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
