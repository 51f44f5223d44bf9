using Microsoft.Playwright;

namespace ModelOps.EndToEnd;

/// <summary>Chromium with one page that shows the stack's dashboard.</summary>
internal sealed class TestBrowser : IAsyncDisposable
{
    private static readonly string Chromium = Environment.GetEnvironmentVariable("CHROMIUM_PATH") is { Length: > 0 } path ? path : "/usr/bin/chromium";
    private const int Patience = 60_000;
    private readonly IPlaywright playwright;
    private readonly IBrowser browser;
    private readonly List<string> errors = [];

    private TestBrowser(IPlaywright playwright, IBrowser browser, IPage page)
    {
        (this.playwright, this.browser, Page) = (playwright, browser, page);
        page.SetDefaultTimeout(Patience);
        Assertions.SetDefaultExpectTimeout(Patience);
        page.PageError += (_, error) => errors.Add(error);
    }

    public IPage Page { get; }

    /// <summary>What the pages' scripts threw.</summary>
    public IReadOnlyList<string> Errors => errors;

    /// <summary>Skips the test where there is no Chromium.</summary>
    public static async Task<TestBrowser> StartAsync(Stack stack, int width = 1280)
    {
        Assert.SkipUnless(File.Exists(Chromium), $"{Chromium} is not installed. ./check.sh installs it.");
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Chromium,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
        });
        var page = await browser.NewPageAsync(new BrowserNewPageOptions { BaseURL = (await stack.UrlAsync("dashboard")).ToString(), Locale = "en-GB", ViewportSize = new ViewportSize { Width = width, Height = 900 } });
        return new TestBrowser(playwright, browser, page);
    }

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }
}
