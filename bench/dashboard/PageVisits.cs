using Microsoft.Playwright;

namespace ModelOps.Bench.Dashboard;

/// <summary>Opens pages as people do who have been there before, with the browser's cache; times are taken inside the page.</summary>
internal sealed class PageVisits(IBrowserContext context, int times)
{
    /// <summary>When a heading is there and nothing loads any more, by the page's own clock.</summary>
    private const string NoteContent = """
        (() => {
          const look = () => {
            if (document.querySelector('main h1') && !document.querySelector('main .loading')) {
              window.allContent = performance.now();
            } else {
              window.allContent = undefined;
              requestAnimationFrame(look);
            }
          };
          requestAnimationFrame(look);
        })()
        """;

    /// <returns>Medians of milliseconds since the navigation began.</returns>
    public async Task<(double Paint, double Content)> LoadAsync(string url)
    {
        var (paints, contents) = (new List<double>(), new List<double>());
        for (var visit = -1; visit < times; visit++)
        {
            var page = await context.NewPageAsync();
            await page.AddInitScriptAsync(NoteContent);
            await page.GotoAsync(url);
            await page.WaitForFunctionAsync("window.allContent && performance.getEntriesByName('first-contentful-paint').length > 0");
            if (visit >= 0) // the first one fills the cache
            {
                paints.Add(await page.EvaluateAsync<double>("performance.getEntriesByName('first-contentful-paint')[0].startTime"));
                contents.Add(await page.EvaluateAsync<double>("window.allContent"));
            }
            await page.CloseAsync();
        }
        return (Median(paints), Median(contents));
    }

    /// <returns>The median of milliseconds from a click to the element that the server sends, which a second click takes away again.</returns>
    public async Task<double> ClickAsync(string url, string button, string opens)
    {
        var page = await context.NewPageAsync();
        await page.GotoAsync(url);
        await page.WaitForFunctionAsync("document.querySelector('main h1') && !document.querySelector('main .loading')");
        // Until the page listens.
        while (await page.Locator(opens).CountAsync() == 0)
        {
            await page.Locator(button).First.ClickAsync();
            await page.WaitForTimeoutAsync(500);
        }
        var taken = new List<double>();
        for (var click = 0; click < 2 * times; click++)
        {
            taken.Add(await page.EvaluateAsync<double>("""
                ([button, opens]) => new Promise(done => {
                  const was = document.querySelector(opens) !== null, began = performance.now();
                  const observer = new MutationObserver(() => {
                    if ((document.querySelector(opens) !== null) !== was) {
                      observer.disconnect();
                      done(performance.now() - began);
                    }
                  });
                  observer.observe(document.body, { childList: true, subtree: true });
                  document.querySelector(button).click();
                })
                """, new[] { button, opens }));
        }
        await page.CloseAsync();
        return Median(taken);
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return (values[(values.Count - 1) / 2] + values[values.Count / 2]) / 2;
    }
}
