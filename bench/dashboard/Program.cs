// How fast the dashboard is, beside an empty page of interactive Blazor in the same run, in Chromium:
//   dotnet run -c Release --project bench/dashboard -- http://localhost:7100 [times=20] [dashboards=200] [seconds=60]
// on a stack that runs on this machine (dotnet run --project ModelOps.AppHost). First content is when the browser has painted something and
// when the page has all that it shows; interaction is from a click to what the server answers on the page. Medians. Then the processor
// time of the services (without the dashboard's own, which is said too) for some seconds without a dashboard, and with that many open.
// Needs Chromium (CHROMIUM_PATH, else /usr/bin/chromium).
using System.Globalization;
using Microsoft.Playwright;
using ModelOps.Bench.Dashboard;

var settings = args.Where(argument => argument.Contains('=', StringComparison.Ordinal)).Select(argument => argument.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
int Setting(string name, int otherwise) => settings.TryGetValue(name, out var value) ? int.Parse(value, CultureInfo.InvariantCulture) : otherwise;
var address = args.FirstOrDefault(argument => argument.StartsWith("http", StringComparison.Ordinal)) ?? "http://localhost:7100";
var (times, dashboards, seconds) = (Setting("times", 20), Setting("dashboards", 200), Setting("seconds", 60));

var (site, empty) = await EmptySite.StartAsync();
await using var ended = site;
using var playwright = await Playwright.CreateAsync();
await using var chromium = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
{
    ExecutablePath = Environment.GetEnvironmentVariable("CHROMIUM_PATH") is { Length: > 0 } path ? path : "/usr/bin/chromium",
    Args = ["--no-sandbox", "--disable-gpu", "--process-per-site"],
});
await using var context = await chromium.NewContextAsync(new BrowserNewContextOptions { Locale = "en-GB", ReducedMotion = ReducedMotion.Reduce, BypassCSP = true });
context.SetDefaultTimeout(60_000);

Console.WriteLine($"{"page",-26}{"first paint",14}{"all content",14}   ms, medians of {times}");
var visits = new PageVisits(context, times);
var peer = await visits.LoadAsync(empty);
Show("empty Blazor page", peer);
foreach (var page in new[] { "/", "/datasets", "/datasets/demo", "/runs", "/pipelines", "/models", "/models/recommend", "/rules", "/monitoring", "/alerts", "/try", "/assist", "/audit", "/settings" })
    Show(page, await visits.LoadAsync(address + page));

Console.WriteLine();
Console.WriteLine($"from a click to its answer, ms, medians of {times}");
var click = await visits.ClickAsync(empty, "main button", "[data-opened]");
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"empty Blazor page",-40}{click,8:f1}"));
foreach (var (name, page, button, opens) in new[]
{
    ("datasets: open the upload form", "/datasets", "main .title button", "[data-testid=upload]"),
    ("runs: open the form of a new run", "/runs", "main .title .button-primary", "[data-testid=new-run]"),
    ("a dataset: read anew", "/datasets/demo", "[data-testid=read-anew]", "[data-testid=reading]"),
})
{
    var milliseconds = await visits.ClickAsync(address + page, button, opens);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-40}{milliseconds,8:f1}   {milliseconds / click:f1} times the empty page"));
}

if (dashboards == 0)
    return;
Console.WriteLine();
var without = await LoadOfAsync(seconds);
for (var opened = 0; opened < dashboards; opened++)
{
    var page = await context.NewPageAsync();
    await page.GotoAsync(address, new PageGotoOptions { WaitUntil = WaitUntilState.DOMContentLoaded });
}
await Task.Delay(TimeSpan.FromSeconds(20)); // circuits are there, first answers too
var with = await LoadOfAsync(seconds);
Console.WriteLine($"processor time in {seconds} s, % of one core: none open, {dashboards} open");
foreach (var name in without.Keys.Union(with.Keys).Order(StringComparer.Ordinal))
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-20}{without.GetValueOrDefault(name),8:f1}{with.GetValueOrDefault(name),8:f1}"));
double Services(IReadOnlyDictionary<string, double> load) => load.Where(one => one.Key is not ("Dashboard" or "AppHost")).Sum(one => one.Value);
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"all but it and AppHost",-20}{Services(without):f1} {Services(with):f1}: {Services(with) - Services(without):+0.0;-0.0} points"));

static void Show(string page, (double Paint, double Content) load) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{page,-26}{load.Paint,14:f0}{load.Content,14:f0}"));

static async Task<IReadOnlyDictionary<string, double>> LoadOfAsync(int seconds)
{
    var before = Processors.Seconds();
    await Task.Delay(TimeSpan.FromSeconds(seconds));
    return Processors.Seconds().ToDictionary(now => now.Key, now => 100 * (now.Value - before.GetValueOrDefault(now.Key)) / seconds);
}
