using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace ModelOps.EndToEnd;

/// <summary>Every page by axe, at a desktop's width. A phone's waits until tables that scroll there can be reached by keyboard.</summary>
public sealed class AccessibilityTests(Stack stack)
{
    [Theory]
    [InlineData("light", "en", 1280)]
    public async Task EveryPage_HasNoSeriousFinding(string theme, string language, int width)
    {
        await using var browser = await TestBrowser.StartAsync(stack, width);
        await browser.Page.GotoAsync($"/preferences/theme?theme={theme}&returnUrl=/login");
        await browser.Page.GotoAsync($"/preferences/language?language={language}&returnUrl=/login");
        var found = new List<string>();

        foreach (var path in await DashboardPages.AllAsync(stack))
        {
            await browser.Page.OpenAsync(path);
            var result = await browser.Page.RunAxe();
            Assert.NotEmpty(result.Passes); // axe has looked
            found.AddRange(result.Violations.Where(violation => violation.Impact is "serious" or "critical")
                .Select(violation => $"{path}: {violation.Id}, {violation.Help}: {string.Join(" | ", violation.Nodes.Take(3).Select(node => node.Html))}"));
            if (await browser.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth") is > 0 and var wider)
                found.Add($"{path}: wider than the screen by {wider} px");
        }

        Assert.Empty(found);
        Assert.Empty(browser.Errors);
    }
}
