using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using ModelOps.Contracts;
using ModelOps.Contracts.Runs;

namespace ModelOps.EndToEnd;

/// <summary>Profiles, audiences and campaigns, trained and used in a browser.</summary>
public sealed class ApplicationsTests(Stack stack) : IAsyncLifetime
{
    /// <summary>A training is among what is waited for.</summary>
    private const int Patience = 240_000;

    private const string Shopper = "20007";
    private TestBrowser? browser;
    private IPage page = null!;

    public async ValueTask InitializeAsync() => page = (browser = await TestBrowser.StartAsync(stack)).Page;

    [Fact]
    public async Task Profiles_ShowWhatTheyRestOn_AndFillAnAudience_WithoutWhoRefuses()
    {
        // Two months of a made-up shop's calibration is no gate's business.
        await stack.Pipeline.PutPipelineAsync(StoreId.Main, "profiles", new NewPipelineEdit("name: profiles\napplication: profiles\nmodel: profiles\ngates:\n  - { metric: parity, at_most: 0.0001 }\n", "a demo shop"));
        await RunAsync("profiles", "demo");
        await stack.Pipeline.RestorePipelineAsync(StoreId.Main, "profiles", "as it was", 1);
        await stack.UntilAsync(async () => (await stack.Inference.GetProfileAsync(StoreId.Main, Shopper)).Events > 0, "the profile");

        await page.GotoAsync("/profiles");
        await page.GetByTestId("profile-user").FillAsync(Shopper);
        await page.GetByTestId("profile-show").ClickAsync();
        await Assertions.Expect(page.GetByTestId("profile-propensity")).ToHaveTextAsync(new Regex("^[0-9]+ ?%$"));
        var interests = page.GetByTestId("interests-categories");
        await interests.GetByTestId("interest").First.Locator("summary").ClickAsync();
        await Assertions.Expect(interests.GetByTestId("evidence").First).ToBeVisibleAsync();
        var segment = await page.GetByTestId("profile-segment").InnerTextAsync();
        await page.GetByText("Find many").ClickAsync();
        await page.GetByTestId("audience-segment").SelectOptionAsync(new SelectOptionValue { Label = segment });
        await page.GetByTestId("audience-count").ClickAsync();
        var found = page.GetByTestId("audience");
        await Assertions.Expect(found.GetByTestId("audience-shopper").First).ToContainTextAsync(segment);
        var before = await CountAsync();
        Assert.InRange(before, 1, int.MaxValue);

        // Who refuses is in no list, at the latest when the services have heard of it.
        await page.GotoAsync($"/profiles/{Shopper}");
        await page.GetByTestId("consent-profiling").GetByTestId("consent-refuse").ClickAsync();
        await Assertions.Expect(page.GetByTestId("consent-profiling").GetByTestId("consent-said")).ToHaveTextAsync("refuses");
        await page.GotoAsync("/audiences");
        await page.GetByTestId("audience-segment").SelectOptionAsync(new SelectOptionValue { Label = segment });
        await stack.UntilAsync(async () =>
        {
            await page.GetByTestId("audience-count").ClickAsync();
            await Assertions.Expect(found.GetByTestId("audience-shopper").First).ToBeVisibleAsync();
            return await CountAsync() == before - 1;
        }, "the list without the one who refuses");
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByTestId("audience-export").ClickAsync());
        var lines = await File.ReadAllLinesAsync(await download.PathAsync(), TestContext.Current.CancellationToken);
        Assert.Equal(before - 1, lines.Length - 1);
        Assert.DoesNotContain(lines, line => line.StartsWith($"{Shopper},", StringComparison.Ordinal));
        Assert.Empty(browser!.Errors);
    }

    [Fact]
    public async Task Campaigns_ShowWhomAContactChanges_AndGiveAListUnderABudget()
    {
        await page.GotoAsync("/datasets");
        await page.ClickUntilAsync("Upload", "upload");
        await page.GetByTestId("upload-name").FillAsync("spring");
        await page.GetByTestId("upload-kind").SelectOptionAsync("campaigns");
        await page.GetByTestId("upload-other").SetInputFilesAsync(new FilePayload { Name = "spring.csv", MimeType = "text/csv", Buffer = Encoding.UTF8.GetBytes(Campaign()) });
        await page.GetByTestId("upload-send").ClickAsync();
        await Assertions.Expect(page.GetByTestId("upload-done")).ToContainTextAsync("Version 1");
        await RunAsync("campaigns", "spring");

        await page.GotoAsync("/campaigns");
        var arm = page.GetByTestId("arm-letter");
        await Assertions.Expect(arm).ToContainTextAsync("ranked by uplift");
        await Assertions.Expect(arm.GetByTestId("qini-curve").Locator("polygon.band")).ToHaveCountAsync(1);
        await page.GetByTestId("allocation-users").FillAsync(string.Join('\n', Enumerable.Range(0, 200).Select(i => $"c{i}")));
        await page.GetByTestId("allocation-budget").FillAsync("30");
        await page.GetByTestId("allocation-build").ClickAsync();

        await Assertions.Expect(page.GetByTestId("budget-steps").Locator("tbody tr")).ToHaveCountAsync(6);
        var contacts = page.GetByTestId("contacts").Locator("tbody tr");
        Assert.InRange(await contacts.CountAsync(), 20, 30);
        // Those under forty are whom a letter changes.
        var ages = await contacts.Locator("td:first-child").AllInnerTextsAsync();
        Assert.True(ages.Count(user => AgeOf(int.Parse(user[1..], CultureInfo.InvariantCulture)) < 40) > .9 * ages.Count, string.Join(' ', ages));
        Assert.Empty(browser!.Errors);
    }

    private async Task<int> CountAsync() =>
        int.Parse(Regex.Match(await page.GetByTestId("audience").GetByRole(AriaRole.Heading).InnerTextAsync(), "^[0-9,]+").Value.Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);

    /// <summary>Starts a pipeline on its page of runs, and waits until it has deployed.</summary>
    private async Task RunAsync(string pipeline, string dataset)
    {
        await page.GotoAsync("/runs");
        await page.ClickUntilAsync("New run", "new-run");
        await page.GetByTestId("pipeline-select").SelectOptionAsync(pipeline);
        await page.GetByTestId("dataset-select").SelectOptionAsync(dataset);
        await page.GetByTestId("start-run").ClickAsync();
        await page.WaitForURLAsync(new Regex("/runs/[0-9a-f-]{36}$"));
        await Assertions.Expect(page.GetByTestId("step-rollout")).ToHaveAttributeAsync("data-state", "succeeded", new() { Timeout = Patience });
    }

    private static int AgeOf(int customer) => 20 + customer * 7 % 50;

    /// <summary>A letter changes who is under forty, and nobody else.</summary>
    private static string Campaign()
    {
        var random = new Random(5);
        var csv = new StringBuilder("user_id,treatment,age,orders,conversion\n");
        for (var customer = 0; customer < 20_000; customer++)
        {
            var (age, isTreated) = (AgeOf(customer), random.Next(2) == 0);
            var probability = .08 + (isTreated && age < 40 ? .4 : 0);
            csv.Append(CultureInfo.InvariantCulture, $"c{customer},{(isTreated ? "letter" : "control")},{age},{random.Next(9)},{(random.NextDouble() < probability ? 1 : 0)}\n");
        }
        return csv.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
            await browser.DisposeAsync();
    }
}
