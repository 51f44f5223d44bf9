using System.Net;
using System.Text;
using DuckDB.NET.Data;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.DataPrep.Datasets;
using ModelOps.Pictures;
using ModelOps.Tests.Pictures;

namespace ModelOps.Tests.Pictures;

/// <summary>Pictures become a table of a dataset version: by a zip archive, and from the addresses in the catalogue.</summary>
public sealed class PictureDatasetTests(Stores stores) : IAsyncLifetime
{
    private readonly List<string> asked = [];
    private Service<DatasetsDb> service = null!;
    private HttpClient http = null!;
    private DataPrepClient client = null!;
    private WebApplication shop = null!;

    public async ValueTask InitializeAsync()
    {
        service = await stores.StartAsync<DatasetsDb>(["datasetsdb", "eventsdb"], host => host.UseSetting("Pictures:AllowedNetworks:0", "127.0.0.1/32").UseSetting("Pictures:PauseSeconds", "0"));
        http = service.CreateClient();
        client = new DataPrepClient(http);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        shop = builder.Build();
        shop.Run(AnswerAsync);
        await shop.StartAsync();
    }

    [Fact]
    public async Task Upload_Archive_LandsAsATable_AndTheRestInTheQuarantine()
    {
        var version = await UploadAsync("zipped", ("a.png", DrawnPicture.Plain(200, 0, 0)), ("b.png", DrawnPicture.Plain(0, 200, 0)), ("c.png", Encoding.UTF8.GetBytes("<html>")));

        Assert.Equal(2, version.Profile.Tables["pictures"]);
        Assert.Equal(1, version.Rows.Quarantined);
        var rows = await RowsAsync("zipped", 1, DatasetFiles.Pictures, "item_id || '/' || width || '/' || hex(picture)");
        Assert.Equal(["a", "b"], rows.Select(row => row.Split('/')[0]));
        using var picture = PictureReader.Read(Convert.FromHexString(rows[0].Split('/')[2]), new PictureLimits());
        Assert.True(picture[5, 5] is { Red: > 180, Green: < 20 });
        var aside = await RowsAsync("zipped", 1, DatasetFiles.Quarantine, "reason || raw");
        Assert.StartsWith(PictureFault.UnknownFormat, Assert.Single(aside), StringComparison.Ordinal);
        Assert.Contains("Send JPEG, PNG, WebP or GIF", aside[0], StringComparison.Ordinal);
        Assert.Equal("/v1/datasets/zipped/versions/1/report", version.Report);

        var again = await UploadAsync("zipped", ("a.png", DrawnPicture.Plain(200, 0, 0)), ("b.png", DrawnPicture.Plain(0, 200, 0)), ("c.png", Encoding.UTF8.GetBytes("<html>")));
        Assert.Equal(1, again.Version); // the same archive changes nothing
        var newer = await UploadAsync("zipped", ("a.png", DrawnPicture.Plain(0, 0, 200)));
        Assert.Equal((2, 2), (newer.Version, newer.Profile.Tables["pictures"]));
        using var changed = PictureReader.Read(Convert.FromHexString((await RowsAsync("zipped", 2, DatasetFiles.Pictures, "hex(picture)"))[0]), new PictureLimits());
        Assert.True(changed[5, 5] is { Red: < 20, Blue: > 180 });
    }

    [Fact]
    public async Task Upload_NoArchive_IsRefused()
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(DrawnPicture.Of()), "pictures", "a.png" } };
        using var response = await http.PostAsync("/v1/datasets?name=plain", form);
        Assert.Contains("named by product id", await response.ProblemAsync(HttpStatusCode.BadRequest, "upload"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_Links_FetchesWhatIsThere_AndNextTimeWhatIsNew()
    {
        await CatalogueAsync("linked", ("a", "/a.png"), ("b", "/missing.png"), ("c", null));
        var first = await ImportAsync("linked");
        Assert.Equal((RunState.Succeeded, null), (first.State, first.Error));
        Assert.Equal(["a"], await RowsAsync("linked", first.Version!.Value, DatasetFiles.Pictures, "item_id"));
        Assert.Contains("the answer is 404", Assert.Single(await RowsAsync("linked", first.Version!.Value, DatasetFiles.Quarantine, "raw")), StringComparison.Ordinal);

        var second = await ImportAsync("linked");
        Assert.Equal(["a"], await RowsAsync("linked", second.Version!.Value, DatasetFiles.Pictures, "item_id"));
        Assert.Equal(["/a.png", "/a.png 304"], asked.Where(path => path.StartsWith("/a", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Import_LinksIntoTheHouse_AreRefusedOneByOne()
    {
        using var form = new MultipartFormDataContent { { new StringContent($"id,title,image_link\nx,X,http://127.0.0.2:{new Uri(shop.Urls.First()).Port}/a.png\ny,Y,http://169.254.169.254/latest\n"), "products", "products.csv" } };
        (await http.PostAsync("/v1/datasets?name=house", form)).EnsureSuccessStatusCode();
        var import = await ImportAsync("house");
        Assert.Equal(RunState.Succeeded, import.State);
        Assert.Equal(2, (await RowsAsync("house", import.Version!.Value, DatasetFiles.Quarantine, "raw")).Count(raw => raw.Contains("has no public address", StringComparison.Ordinal)));
        Assert.Empty(asked);
    }

    [Theory]
    [InlineData("""{"sources":[{"kind":"events","links":{}}]}""", "links are those of pictures")]
    [InlineData("""{"sources":[{"kind":"pictures","postgres":{"connection":"shopdb","query":"SELECT 1"}}]}""", "pictures come as an upload or blobs")]
    [InlineData("""{"sources":[{"kind":"pictures","links":{"most":0}}]}""", "it goes from 1")]
    [InlineData("""{"sources":[{"kind":"pictures"}]}""", "give exactly one of upload")]
    public async Task Import_AWrongSource_IsRefused(string body, string says)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/datasets/wrong/imports") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        using var response = await http.SendAsync(request);
        Assert.Contains(says, await response.ProblemAsync(HttpStatusCode.BadRequest, "upload"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_LinksWithoutACatalogue_SaysWhatToUpload()
    {
        var import = await ImportAsync("nothing");
        Assert.Equal(RunState.Failed, import.State);
        Assert.Contains("has no catalogue yet", import.Error, StringComparison.Ordinal);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var isKnown = context.Request.Headers.IfNoneMatch == "\"1\"";
        lock (asked)
            asked.Add(context.Request.Path + (isKnown ? " 304" : ""));
        context.Response.ContentType = "image/png";
        context.Response.Headers.ETag = "\"1\"";
        context.Response.StatusCode = context.Request.Path == "/missing.png" ? 404 : isKnown ? 304 : 200;
        if (context.Response.StatusCode == 200)
            await context.Response.Body.WriteAsync(DrawnPicture.Of());
    }

    private async Task CatalogueAsync(string dataset, params (string Id, string? Path)[] products)
    {
        var lines = products.Select(product => $"{product.Id},Product {product.Id},{(product.Path is null ? "" : new Uri(new Uri(shop.Urls.First()), product.Path))}");
        using var form = new MultipartFormDataContent { { new StringContent($"id,title,image_link\n{string.Join('\n', lines)}\n"), "products", "products.csv" } };
        (await http.PostAsync($"/v1/datasets?name={dataset}", form)).EnsureSuccessStatusCode();
    }

    private async Task<Import> ImportAsync(string dataset)
    {
        var import = await client.ImportAsync(StoreId.Main, dataset, new ImportRequest([new ImportSource("pictures", Links: new PictureLinks())]), Guid.NewGuid().ToString());
        await Eventually.TrueAsync(async () => (import = await client.GetImportAsync(StoreId.Main, dataset, import.Id)).State.IsFinal(), "the import");
        return import;
    }

    private async Task<DatasetVersion> UploadAsync(string dataset, params (string Name, byte[] Content)[] pictures)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(PictureArchiveTests.Zip(pictures)), "pictures", "pictures.zip" } };
        using var response = await http.PostAsync($"/v1/datasets?name={dataset}", form);
        return await response.ReadAsync<DatasetVersion>();
    }

    private async Task<List<string>> RowsAsync(string dataset, int version, string file, string expression)
    {
        var path = Path.GetTempFileName();
        try
        {
            await client.DownloadAsync(StoreId.Main, dataset, version, file, path);
            await using var duck = new DuckDBConnection("DataSource=:memory:");
            await duck.OpenAsync();
            await using var command = duck.CreateCommand();
#pragma warning disable CA2100 // The statements are this file's own.
            command.CommandText = $"SELECT {expression} FROM read_parquet('{path}')";
#pragma warning restore CA2100
            await using var reader = await command.ExecuteReaderAsync();
            var rows = new List<string>();
            while (await reader.ReadAsync())
                rows.Add(reader.GetString(0));
            return rows;
        }
        finally
        {
            File.Delete(path);
        }
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await service.DisposeAsync();
        await shop.DisposeAsync();
    }
}
