using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using ModelOps.DataPrep.Pictures;
using ModelOps.Pictures;
using ModelOps.Tests.Pictures;

namespace ModelOps.Tests.Pictures;

/// <summary>Pictures from servers that mean well, and from such that do not.</summary>
public sealed class PictureDownloadTests : IAsyncLifetime
{
    private readonly List<string> asked = [];
    private WebApplication shop = null!, house = null!;

    private Uri Shop => new(shop.Urls.First());

    /// <summary>Another server of the house, which is not allowed.</summary>
    private Uri House => new(house.Urls.First());

    public async ValueTask InitializeAsync()
    {
        house = await StartAsync("http://127.0.0.2:0", context => context.Response.Body.WriteAsync(DrawnPicture.Of()).AsTask());
        shop = await StartAsync("http://127.0.0.1:0", AnswerAsync);
    }

    [Fact]
    public async Task Fetch_APicture_WithItsTag_AndNotAgainWhileItIsTheSame()
    {
        using var download = Download();
        var first = await FetchAsync(download, "/tagged");
        Assert.Equal(DrawnPicture.Of(), first.Content);
        Assert.Equal("\"v1\"", first.ETag);
        var second = await FetchAsync(download, "/tagged", first.ETag);
        Assert.Null(second.Content);
        Assert.Equal("\"v1\"", second.ETag);
    }

    [Fact]
    public async Task Fetch_ARedirect_IsFollowed() => Assert.Equal(DrawnPicture.Of(), (await FetchAsync(Download(), "/moved")).Content);

    [Fact]
    public async Task Fetch_BusyForAWhile_IsTriedAgain()
    {
        Assert.NotNull((await FetchAsync(Download(), "/busy")).Content);
        Assert.Equal(3, asked.Count(path => path == "/busy"));
    }

    [Theory]
    [InlineData("/missing", "the answer is 404")]
    [InlineData("/page", "its content type is 'text/html'")]
    [InlineData("/round", "redirected more than 3 times")]
    [InlineData("/broken", "the answer is 500")]
    [InlineData("/slow", "no answer within")]
    [InlineData("/to-ftp", "no http or https address")]
    [InlineData("/to-file", "no http or https address")]
    [InlineData("/to-nowhere", "cannot be fetched")]
    public async Task Fetch_NoPicture_SaysWhy(string path, string says) => await RefusedAsync(new Uri(Shop, path), PictureFault.NotFetched, says);

    [Fact]
    public async Task Fetch_WithoutEnd_EndsAtTheLimit()
    {
        await RefusedAsync(new Uri(Shop, "/endless"), PictureFault.TooManyBytes, "more than 20000 bytes");
        Assert.Single(asked, path => path == "/endless");
    }

    /// <summary>Nothing of the house is reached: by its address, by a name that leads to it, by numbers in other clothes, or by way of a shop that redirects there.</summary>
    [Theory]
    [InlineData("http://127.0.0.2:{0}/x.png")]
    [InlineData("http://localhost.localdomain:{0}/x.png")]
    [InlineData("http://2130706434:{0}/x.png")]
    [InlineData("http://0x7f.0.0.2:{0}/x.png")]
    [InlineData("http://[::ffff:127.0.0.2]:{0}/x.png")]
    [InlineData("http://[::1]:{0}/x.png")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("https://10.0.0.1/x.png")]
    [InlineData("http://192.168.1.1/x.png")]
    [InlineData("http://[fe80::1]/x.png")]
    [InlineData("http://[fd00::1]/x.png")]
    [InlineData("http://user:secret@example.com/x.png")]
    [InlineData("file:///etc/passwd")]
    [InlineData("gopher://127.0.0.1/x")]
    [InlineData("/x.png")]
    public async Task Fetch_ThePrivateHouse_IsRefused(string address) =>
        await RefusedAsync(new Uri(string.Format(System.Globalization.CultureInfo.InvariantCulture, address, House.Port), UriKind.RelativeOrAbsolute), PictureFault.NotFetched, "");

    [Fact]
    public async Task Fetch_ARedirectIntoTheHouse_IsRefusedWhereTheConnectionIsMade() => await RefusedAsync(new Uri(Shop, "/to-house"), PictureFault.NotFetched, "has no public address");

    [Fact]
    public async Task Fetch_ANameThatLeadsIntoTheHouse_IsRefused()
    {
        using var download = Download(allowed: "192.0.2.0/24");
        var refused = await Assert.ThrowsAsync<PictureException>(() => download.FetchAsync($"http://localhost:{Shop.Port}/tagged", null, TestContext.Current.CancellationToken));
        Assert.Contains("localhost has no public address", refused.Message, StringComparison.Ordinal);
        Assert.Empty(asked);
    }

    private static async Task RefusedAsync(Uri address, string fault, string says)
    {
        using var download = Download();
        var refused = await Assert.ThrowsAsync<PictureException>(() => download.FetchAsync(address.OriginalString, null, TestContext.Current.CancellationToken));
        Assert.Equal(fault, refused.Fault);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    private Task<DownloadedPicture> FetchAsync(PictureDownload download, string path, string? etag = null) => download.FetchAsync(new Uri(Shop, path).AbsoluteUri, etag, TestContext.Current.CancellationToken);

    private static PictureDownload Download(string allowed = "127.0.0.1/32") =>
        new(Options.Create(new PictureOptions { AllowedNetworks = [allowed], MaxBytes = 20_000, TimeoutSeconds = 1, PauseSeconds = .01 }), TimeProvider.System);

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        int before;
        lock (asked)
        {
            before = asked.Count(earlier => earlier == path);
            asked.Add(path);
        }
        context.Response.ContentType = "image/png";
        switch (path)
        {
            case "/tagged" when context.Request.Headers.IfNoneMatch == "\"v1\"":
                context.Response.StatusCode = 304;
                return;
            case "/tagged":
                context.Response.Headers.ETag = "\"v1\"";
                break;
            case "/busy" when before < 2:
                context.Response.StatusCode = 503;
                return;
            case "/moved":
                context.Response.Redirect("/tagged");
                return;
            case "/round":
                context.Response.Redirect("/round");
                return;
            case "/to-house":
                context.Response.Redirect(new Uri(House, "/x.png").AbsoluteUri);
                return;
            case "/to-ftp":
                context.Response.Redirect("ftp://127.0.0.1/x.png");
                return;
            case "/to-file":
                context.Response.Redirect("file:///etc/passwd");
                return;
            case "/to-nowhere":
                context.Response.Redirect("//[::no-address/x.png");
                return;
            case "/missing":
                context.Response.StatusCode = 404;
                return;
            case "/broken":
                context.Response.StatusCode = 500;
                return;
            case "/page":
                context.Response.ContentType = "text/html";
                await context.Response.WriteAsync("<html>");
                return;
            case "/slow":
                await Task.Delay(TimeSpan.FromSeconds(30), context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                return;
            case "/endless":
                for (var block = new byte[8192]; !context.RequestAborted.IsCancellationRequested;)
                    await context.Response.Body.WriteAsync(block);
                return;
        }
        await context.Response.Body.WriteAsync(DrawnPicture.Of());
    }

    private static async Task<WebApplication> StartAsync(string url, RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(url);
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return app;
    }

    public async ValueTask DisposeAsync()
    {
        await shop.DisposeAsync();
        await house.DisposeAsync();
    }
}
