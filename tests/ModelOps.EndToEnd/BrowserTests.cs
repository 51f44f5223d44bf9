using System.Net.Http.Json;
using Microsoft.Playwright;

namespace ModelOps.EndToEnd;

/// <summary>What people see, in a real browser.</summary>
public sealed class BrowserTests(Stack stack) : IAsyncLifetime
{
    private const string Header = "user_id,item_id,timestamp,event_type,price\n";
    private TestBrowser? browser;
    private IPage page = null!;
    private IReadOnlyList<string> errors = [];

    public async ValueTask InitializeAsync()
    {
        browser = await TestBrowser.StartAsync(stack);
        (page, errors) = (browser.Page, browser.Errors);
    }

    [Fact]
    public async Task Overview_ShowsTheDeployedVersion()
    {
        await page.GotoAsync("/");

        await Assertions.Expect(page.GetByTestId("champion-version").First).ToContainTextAsync("1");
        await Assertions.Expect(page.GetByTestId("standing")).ToHaveAttributeAsync("data-state", new System.Text.RegularExpressions.Regex("well|notice|severe"));
        await Assertions.Expect(page.GetByTestId("events-per-second")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByTestId("last-decisions")).ToBeVisibleAsync();
        Assert.Empty(errors);
    }

    [Fact]
    public async Task Run_ShowsItsStepsAndTheLossCurve()
    {
        var run = (await stack.Pipeline.ListAsync(Contracts.StoreId.Main)).Items.Last(run => run.Dataset == "demo");
        await page.GotoAsync($"/runs/{run.Id}");

        foreach (var step in run.Steps)
            await Assertions.Expect(page.GetByTestId($"step-{step.Name}")).ToHaveAttributeAsync("data-state", "succeeded");
        await Assertions.Expect(page.GetByTestId("loss-chart").First).ToBeVisibleAsync();
        Assert.Empty(errors);
    }

    [Fact]
    public async Task TryIt_AClickBecomesAnEvent()
    {
        await page.GotoAsync("/try");
        await Assertions.Expect(page.GetByTestId("recommendation").First).ToBeVisibleAsync();

        await page.GetByTestId("add-to-cart").First.ClickAsync();

        await Assertions.Expect(page.GetByTestId("event-feedback").First).ToContainTextAsync("1 event");
        await Assertions.Expect(page.GetByTestId("shelf-similar")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByTestId("recommendation").First).ToBeVisibleAsync();
        Assert.Empty(errors);
    }

    [Fact]
    public async Task Review_ByKeyboard_IsInTheNextVersion()
    {
        using var http = await stack.ClientAsync("data-prep");
        using var rules = new StringContent("""
            labelling:
              - { table: messages, column: intent, combine: majority, functions: [{ name: refunds, label: refund, keywords: [refund] }, { name: cards, label: card, keywords: [card] }] }
            """, System.Text.Encoding.UTF8, "application/yaml");
        (await http.PutAsync("/v1/datasets/support/rules", rules)).EnsureSuccessStatusCode();
        using var messages = new MultipartFormDataContent { { new StringContent("text,user_id\n" + string.Concat(Enumerable.Range(1, 4).Select(i => $"Refund of card {i},{i}\n"))), "messages", "messages.csv" } };
        (await http.PostAsync("/v1/datasets?name=support", messages)).EnsureSuccessStatusCode();
        await page.GotoAsync("/datasets/support/reviews");
        var text = page.GetByTestId("review-text");
        await Assertions.Expect(page.GetByTestId("review-board")).ToBeFocusedAsync();
        var first = await text.InnerTextAsync();

        await page.Keyboard.PressAsync("s");
        await Assertions.Expect(page.GetByTestId("review-counts")).ToContainTextAsync("3 open, 0 answered, 1 skipped");
        await page.Keyboard.PressAsync("u");
        await Assertions.Expect(text).ToHaveTextAsync(first);
        await page.Keyboard.PressAsync("1");
        await Assertions.Expect(text).Not.ToHaveTextAsync(first);
        var second = await text.InnerTextAsync();
        await page.GetByTestId("review-other").FillAsync("s 1 other");
        await page.GetByTestId("review-answer").ClickAsync();
        await Assertions.Expect(text).Not.ToHaveTextAsync(second);
        await Assertions.Expect(page.GetByTestId("review-counts")).ToContainTextAsync("2 open, 2 answered, 0 skipped");
        await page.GetByTestId("review-new-version").ClickAsync();
        await Assertions.Expect(page.GetByTestId("review-version")).ToContainTextAsync("Version 2");

        var report = await stack.DataPrep.GetReportAsync(Contracts.StoreId.Main, "support", 2);
        Assert.Equal(2, report.Labels.Single(labels => labels.Table == "messages").People);
        await page.GotoAsync("/datasets/support");
        await Assertions.Expect(page.GetByTestId("labels-messages-intent")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByTestId("review-link")).ToContainTextAsync("2");
        Assert.Empty(errors);
    }

    [Fact]
    public async Task Dataset_ShowsItsDistributions_InNumbersToo()
    {
        await page.GotoAsync("/datasets/demo");
        var time = page.GetByTestId("distribution-time");

        await time.Locator("summary").ClickAsync();

        await Assertions.Expect(time.Locator("tbody tr").First).ToBeVisibleAsync();
        Assert.Equal(await time.Locator("svg g").CountAsync(), await time.Locator("tbody tr").CountAsync());
        Assert.Empty(errors);
    }

    [Fact]
    public async Task Dataset_GrowsWithProgressSeen_AndItsVersionsAreCompared()
    {
        await stack.DataPrep.ImportAsync(Contracts.StoreId.Main, "growing", new([new("events", await UploadAsync(Header + "ann,P1,2026-03-01 10:00:00,purchase,4\nbob,P2,2026-03-02 10:00:00,purchase,0\n"))]), Guid.NewGuid().ToString());
        await stack.UntilAsync(async () => (await stack.DataPrep.FindAsync(Contracts.StoreId.Main, "growing"))?.LatestVersion == 1, "the first version");
        var many = string.Concat(Enumerable.Range(0, 200_000).Select(i => $"u{i % 5000},P{(i % 3 == 0 ? 1 : i % 70)},{1_772_700_000 + i * 7},{(i % 4 == 0 ? "purchase" : "view")},{9 + i % 20}\n"));

        await page.GotoAsync("/datasets/growing");
        var check = page.GetByTestId("check-zero-price");
        await check.Locator("summary").ClickAsync();
        await Assertions.Expect(check.Locator("code").First).ToContainTextAsync("bob");
        await page.ClickUntilAsync("Add files", "upload");
        await page.GetByTestId("upload-events").SetInputFilesAsync(new FilePayload { Name = "march.csv", MimeType = "text/csv", Buffer = System.Text.Encoding.UTF8.GetBytes(Header + many) });
        await page.GetByTestId("upload-send").ClickAsync();
        await Assertions.Expect(page.GetByTestId("upload").Locator("progress")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByTestId("upload-done")).ToContainTextAsync("Version 2");

        await page.GetByRole(AriaRole.Navigation, new() { Name = "Compare" }).GetByText("v1").ClickAsync();
        var difference = page.GetByTestId("diff");
        await Assertions.Expect(difference).ToContainTextAsync("+ march.csv");
        await Assertions.Expect(difference.GetByTestId("diff-tables").Locator("tr").Filter(new() { HasText = "events" }).First).ToContainTextAsync("200,002");
        await Assertions.Expect(difference).ToContainTextAsync("products.price");
        Assert.Empty(errors);
    }

    [Fact]
    public async Task Datasets_ShowAnImportThatFailed_WithCauseAndRemedy()
    {
        await stack.DataPrep.ImportAsync(Contracts.StoreId.Main, "colours", new([new("events", await UploadAsync("colour,size\nred,3\n"))]), Guid.NewGuid().ToString(), "Ann");
        await page.GotoAsync("/datasets");

        var import = page.GetByTestId("import").Filter(new() { HasText = "colours" });
        await Assertions.Expect(import).ToHaveAttributeAsync("data-state", "failed");
        await Assertions.Expect(import).ToContainTextAsync("by Ann");
        await Assertions.Expect(import.GetByRole(AriaRole.Alert)).ToContainTextAsync("Rename a column");
        Assert.Empty(errors);
    }

    [Fact]
    public async Task ShopPage_SendsWhatWasSeenAndClicked_Once_AlsoOverAReloadWhileItIsRefused()
    {
        var user = Guid.NewGuid().ToString();
        var shown = await stack.Inference.RecommendAsync(Contracts.StoreId.Main, new(User: user, Count: 3));
        var cards = shown.Items.Select(item => $"""<a href="#" data-modelops-item="{item.Id}" style="display:block;height:200px">{item.Id}</a>""").ToList();
        await using var shop = await ShopServer.StartAsync(await stack.UrlAsync("inference"), $$"""
            <!doctype html><link rel="icon" href="data:,">
            <div data-modelops-token="{{shown.Token}}">{{cards[0]}}{{cards[1]}}<p style="height:3000px"></p>{{cards[2]}}</div>
            <script src="{api}/v1/snippet.js" data-modelops-key="" data-modelops-user="{{user}}"></script>
            """);
        shop.IsRefusing = true;
        await page.GotoAsync(shop.Page.ToString());
        await stack.UntilAsync(async () => await page.EvaluateAsync<int>("Object.keys(localStorage).filter(key => key.startsWith('modelops:')).length") == 2, "two cards to be seen");
        await page.Locator($"[data-modelops-item={shown.Items[1].Id}]").ClickAsync();
        await stack.UntilAsync(() => Task.FromResult(shop.Refused > 0), "a refusal");

        await page.ReloadAsync();
        await Task.Delay(1500); // the cards are looked at once more
        shop.IsRefusing = false;
        await stack.UntilAsync(async () => await page.EvaluateAsync<int>("Object.keys(localStorage).filter(key => key.startsWith('modelops:')).length") == 0, "everything to be sent");

        Assert.Equal(
            [("select_item", shown.Items[1].Id), ("view_item_list", shown.Items[0].Id), ("view_item_list", shown.Items[1].Id)],
            shop.Accepted.Values.Select(one => (one.Name!, one.Items!.Single().ItemId)).OrderBy(one => one.Item1).ThenBy(one => shown.Items.Select(item => item.Id).ToList().IndexOf(one.ItemId)));
        Assert.All(shop.Accepted.Values, one => Assert.Equal((user, shown.Token), (one.User, one.Token)));
        Assert.Equal([shown.Items[1].Id], (await stack.Inference.GetHistoryAsync(Contracts.StoreId.Main, Stack.Model, user)).Items);
        Assert.Equal(3, await page.EvaluateAsync<int>("modelops.recommend({ count: 3 }).then(answer => answer.items.length)"));
        Assert.Empty(errors);
    }

    private async Task<Guid> UploadAsync(string content)
    {
        using var http = await stack.ClientAsync("data-prep");
        using var body = new StringContent(content);
        return (await (await http.PostAsync("/v1/uploads?file=colours.csv", body)).Content.ReadFromJsonAsync<Contracts.Datasets.UploadStatus>())!.Id;
    }

    [Fact]
    public async Task Search_FindsDespiteATypo_AndSaysWhy()
    {
        await page.GotoAsync("/try");
        await page.GetByTestId("search-query").FillAsync("espreso pot");
        await page.GetByTestId("search-submit").ClickAsync();

        await Assertions.Expect(page.GetByTestId("search-total")).ToContainTextAsync("espresso pot");
        await Assertions.Expect(page.GetByTestId("search-results")).ToContainTextAsync("Espresso Pot");
        Assert.Empty(errors);
    }

    [Theory]
    [InlineData("Where is my order?", "My orders")]
    [InlineData("我想退货", "30 天")]
    public async Task Assistant_AnswersFromTheShopsTexts(string message, string answer)
    {
        await page.GotoAsync("/assist");
        await page.GetByTestId("assist-message").FillAsync(message);
        await page.GetByTestId("assist-send").ClickAsync();

        await Assertions.Expect(page.GetByTestId("assist-log")).ToContainTextAsync(answer);
        Assert.Empty(errors);
    }

    [Fact]
    public async Task AKey_IsShownOnce_Works_AndEnds_AndTheAuditKnows()
    {
        await page.GotoAsync("/settings");
        await page.GetByTestId("key-name").FillAsync("browser test");
        await page.GetByTestId("key-role").SelectOptionAsync("viewer");
        await page.GetByTestId("key-make").ClickAsync();
        var key = await page.GetByTestId("made-key-value").InputValueAsync();
        using var http = await stack.ClientAsync("data-prep");
        http.DefaultRequestHeaders.Add("x-api-key", key);
        await stack.UntilAsync(async () => (await http.GetAsync("/v1/datasets")).IsSuccessStatusCode, "the key to work at another service");
        Assert.Equal(System.Net.HttpStatusCode.Forbidden, (await http.DeleteAsync("/v1/users/nobody")).StatusCode);

        await page.ReloadAsync();
        await Assertions.Expect(page.GetByTestId("keys")).Not.ToContainTextAsync(key);
        await page.GetByTestId("key-browser test").GetByTestId("revoke").ClickAsync();
        await page.GetByTestId("revoke-really").ClickAsync();
        await stack.UntilAsync(async () => (await http.GetAsync("/v1/datasets")).StatusCode == System.Net.HttpStatusCode.Unauthorized, "the key to end");

        await page.GotoAsync("/audit");
        await Assertions.Expect(page.GetByTestId("audit")).ToContainTextAsync("DELETE /v1/api-keys/{id:guid}");
        Assert.Empty(errors);
    }

    [Fact]
    public async Task Pipeline_IsEditedWithCompletion_SurvivesAReload_AndIsRestored()
    {
        await page.GotoAsync("/pipelines/search");
        var yaml = page.GetByTestId("pipeline-yaml");
        await Assertions.Expect(yaml).ToHaveValueAsync(new System.Text.RegularExpressions.Regex("name: search"));
        var put = page.GetByTestId("pipeline-put");
        await Assertions.Expect(page.GetByTestId("completions").GetByRole(AriaRole.Button).First).ToBeVisibleAsync(); // the page listens

        await yaml.FillAsync("name: search\napplication: search\nlimits:\n  concurrency: 0\n");
        await Assertions.Expect(page.GetByTestId("pipeline-fault")).ToContainTextAsync("Line 4");
        await Assertions.Expect(put).ToBeDisabledAsync();
        await yaml.FillAsync("name: search\napplication: search\nlimits:\n  runs_p");
        await page.GetByTestId("completions").GetByText("runs_per_week").ClickAsync();
        await Assertions.Expect(yaml).ToHaveValueAsync("name: search\napplication: search\nlimits:\n  runs_per_week: ");
        await Assertions.Expect(yaml).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("3");
        await Assertions.Expect(put).ToBeEnabledAsync(); // the page has taken it in
        await page.ReloadAsync();
        await Assertions.Expect(yaml).ToHaveValueAsync("name: search\napplication: search\nlimits:\n  runs_per_week: 3");
        await page.GetByTestId("pipeline-reason").FillAsync("fewer runs");
        await put.ClickAsync();

        await Assertions.Expect(page.GetByTestId("pipeline-version-1")).ToContainTextAsync("fewer runs");
        Assert.Contains("runs_per_week: 3", (await stack.Pipeline.ListPipelinesAsync(Contracts.StoreId.Main)).Single(status => status.Name == "search").Limits);
        await page.GetByTestId("pipeline-reason").FillAsync("as it was");
        await page.GetByTestId("pipeline-restore").ClickAsync();
        await Assertions.Expect(page.GetByTestId("pipeline-version-2")).ToContainTextAsync("as it was");
        await Assertions.Expect(page.GetByTestId("pipeline-restore")).ToHaveCountAsync(0);
        Assert.Empty(errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
            await browser.DisposeAsync();
    }
}
