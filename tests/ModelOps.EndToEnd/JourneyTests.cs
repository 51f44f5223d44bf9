using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using ModelOps.Contracts;
using ModelOps.Contracts.Access;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Predictions;
using ModelOps.Contracts.Runs;
using ModelOps.Contracts.Versions;

namespace ModelOps.EndToEnd;

/// <summary>What people come for, from its beginning to its end, without leaving the browser.</summary>
public sealed class JourneyTests(Stack stack) : IAsyncLifetime
{
    private static readonly string[] Things = ["Trowel", "Watering can", "Seed tray", "Hose", "Rake", "Shears", "Gloves", "Kneeler", "Dibber", "Twine"];

    /// <summary>A training is among what is waited for.</summary>
    private const int Patience = 240_000;

    private TestBrowser? browser;
    private IPage page = null!;

    public async ValueTask InitializeAsync() => page = (browser = await TestBrowser.StartAsync(stack)).Page;

    [Fact]
    public async Task NewShop_FromCsvToItsFirstRecommendation_AndBackInThreeClicks()
    {
        var before = (await stack.Registry.FindAsync(StoreId.Main, Stack.Model))!.Aliases["champion"];

        // Its files.
        await page.GotoAsync("/datasets");
        await page.ClickUntilAsync("Upload", "upload");
        await page.GetByTestId("upload-name").FillAsync("allotment");
        await page.GetByTestId("upload-events").SetInputFilesAsync(Csv("orders.csv", Orders()));
        await page.GetByTestId("upload-products").SetInputFilesAsync(Csv("products.csv", "item_id,title,category,price\n" + string.Concat(Enumerable.Range(0, 50).Select(i => $"g{i},{Title(i)},Allotment,{5 + i}\n"))));
        await page.GetByTestId("upload-send").ClickAsync();
        await Assertions.Expect(page.GetByTestId("upload-done")).ToContainTextAsync("Version 1");

        // Its training.
        await page.GetByRole(AriaRole.Navigation).GetByText("Runs").ClickAsync();
        await page.ClickUntilAsync("New run", "new-run");
        await page.GetByTestId("dataset-select").SelectOptionAsync("allotment");
        await page.GetByTestId("start-run").ClickAsync();
        await page.WaitForURLAsync(new Regex("/runs/[0-9a-f-]{36}$"));
        await Assertions.Expect(page.GetByTestId("step-rollout")).ToHaveAttributeAsync("data-state", "succeeded", new() { Timeout = Patience });

        // Its shoppers.
        var version = await ChampionAsync();
        Assert.True(version > before, $"Version {version} after version {before}.");
        await UntilServedAsync(version);
        await page.GetByRole(AriaRole.Navigation).GetByText("Try it").ClickAsync();
        await Assertions.Expect(page.GetByTestId("champion-version")).ToHaveAttributeAsync("data-version", $"{version}");
        await Assertions.Expect(page.GetByTestId("recommendation").First).ToContainTextAsync(new Regex(string.Join('|', Things)));

        // It was the wrong shop's: what shoppers see is on the first page, and three clicks bring the old version back.
        await page.GetByRole(AriaRole.Navigation).GetByText("Overview").ClickAsync();
        var deployment = page.GetByTestId("stage-deployment");
        await Assertions.Expect(deployment.GetByTestId("champion-version")).ToHaveAttributeAsync("data-version", $"{version}");
        await deployment.GetByRole(AriaRole.Link).ClickAsync();
        await page.GetByTestId($"version-{before}").GetByText("Roll back").ClickAsync();
        await page.GetByTestId("champion-reason").FillAsync("another shop's products");
        await page.GetByTestId("champion-confirm").ClickAsync();

        await Assertions.Expect(page.GetByTestId("champion-moved")).ToContainTextAsync($"{before}");
        await UntilServedAsync(before);
        Assert.Empty(browser!.Errors);
    }

    [Fact]
    public async Task ARollout_IsSeenOnTheFirstPage_UnderstoodAndEndedInTwoClicks()
    {
        var champion = await ChampionAsync();
        var trial = await AnotherVersionAsync(champion);
        var rollout = await stack.Registry.StartRolloutAsync(StoreId.Main, Stack.Model, new(RolloutKind.Canary, trial, Steps: [50], Reason: "a journey"));

        await page.GotoAsync("/");
        await Assertions.Expect(page.GetByTestId("challenger-version")).ToContainTextAsync($"v{trial}");
        await page.GetByTestId("stage-deployment").GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(page.GetByTestId("verdict").First).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByTestId("rollout-history").First).ToContainTextAsync("a journey");
        await page.GetByTestId("rollout-abort").ClickAsync();

        await Assertions.Expect(page.GetByTestId("rollout-state").First).ToHaveTextAsync("Aborted");
        Assert.Equal(RolloutState.Aborted, (await stack.Registry.FindRolloutAsync(StoreId.Main, Stack.Model, rollout.Id))!.Rollout.State);
        Assert.Equal(champion, await ChampionAsync());
        Assert.Empty(browser!.Errors);
    }

    [Fact]
    public async Task AnExpiredKey_IsReplaced_AndTheShopCallsAgain()
    {
        var access = new AccessClient(await stack.ClientAsync("registry"));
        var old = await access.CreateAsync(StoreId.Main, new NewApiKey("shop front", RoleName.Storefront, Days: TimeSpan.FromSeconds(1).TotalDays), "a journey");
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(old.Key, HttpStatusCode.Unauthorized));

        await page.GotoAsync("/settings");
        var row = page.GetByTestId("key-shop front");
        await Assertions.Expect(row).ToContainTextAsync("expired");
        await row.GetByTestId("replace").ClickAsync();
        var key = await page.GetByTestId("made-key-value").InputValueAsync();

        Assert.NotEqual(old.Key, key);
        Assert.Equal(HttpStatusCode.OK, await CallAsync(key, HttpStatusCode.OK));
        Assert.Empty(browser!.Errors);
    }

    private async Task<int> ChampionAsync() => (await stack.Registry.FindAsync(StoreId.Main, Stack.Model))!.Aliases["champion"];

    /// <summary>A version that shoppers do not see.</summary>
    private async Task<int> AnotherVersionAsync(int champion)
    {
        if ((await stack.Registry.FindAsync(StoreId.Main, Stack.Model))!.Versions.FirstOrDefault(version => version.Version != champion && version.Status == VersionStatus.Ready && version.Tags.GetValueOrDefault("dataset") == "demo") is { } there)
            return there.Version;
        var run = await stack.FinishAsync(await stack.Pipeline.StartAsync(StoreId.Main, new PipelineRunRequest("recommend", "demo")));
        Assert.Equal((RunState.Succeeded, null), (run.State, run.Error));
        var trained = await ChampionAsync();
        await stack.Registry.SetAliasAsync(StoreId.Main, Stack.Model, "champion", new AliasRequest(champion, "as it was"));
        return trained;
    }

    private Task UntilServedAsync(int version) => stack.UntilAsync(
        async () => (await stack.Inference.RecommendAsync(StoreId.Main, new RecommendationRequest(User: "20001"))).Model.Version == version, $"answers of version {version}");

    /// <summary>What a call with the key is answered, at the latest when the services have heard of it.</summary>
    private async Task<HttpStatusCode> CallAsync(string key, HttpStatusCode awaited)
    {
        using var http = await stack.ClientAsync("inference");
        http.DefaultRequestHeaders.Add("x-api-key", key);
        HttpStatusCode answered = default;
        await stack.UntilAsync(async () =>
        {
            using var body = new StringContent("""{"user":"20001"}""", Encoding.UTF8, "application/json");
            answered = (await http.PostAsync(new Uri("/v1/recommendations", UriKind.Relative), body)).StatusCode;
            return answered == awaited;
        }, $"{awaited}");
        return answered;
    }

    private static FilePayload Csv(string name, string text) => new() { Name = name, MimeType = "text/csv", Buffer = Encoding.UTF8.GetBytes(text) };

    private static string Title(int item) => $"{Things[item % Things.Length]} {item / Things.Length + 1}";

    /// <summary>A shop small enough to train within seconds, with an order in it that a model can learn.</summary>
    private static string Orders()
    {
        var random = new Random(3);
        var csv = new StringBuilder("user_id,item_id,timestamp,event_type\n");
        for (var user = 0; user < 300; user++)
        {
            var (item, time) = (random.Next(50), 1_700_000_000L + random.Next(5_000_000));
            for (var visit = 0; visit < 12; visit++)
                csv.Append(System.Globalization.CultureInfo.InvariantCulture, $"s{user},g{item = (item + 1 + random.Next(3)) % 50},{time += random.Next(200_000)},purchase\n");
        }
        return csv.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
            await browser.DisposeAsync();
    }
}
