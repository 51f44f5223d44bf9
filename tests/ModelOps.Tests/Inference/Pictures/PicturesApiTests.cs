using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts;
using ModelOps.Contracts.Catalogue;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Deployments;
using ModelOps.Contracts.Predictions;
using ModelOps.Contracts.Versions;
using ModelOps.EventLog;
using ModelOps.Inference.Batching;
using ModelOps.Inference.Models;
using ModelOps.Inference.Pictures;
using ModelOps.Pictures;
using ModelOps.Registry;
using ModelOps.Tests.Pictures;
using SkiaSharp;

namespace ModelOps.Tests.Inference.Pictures;

/// <summary>A picture package registered and loaded, once for all tests of the class.</summary>
public sealed class PicturesService(Stores stores) : IAsyncLifetime
{
    private Service<RegistryDb> registryService = null!;
    private HttpClient registryHttp = null!;

    internal Service<LoadedModels> Inference { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        registryService = await stores.StartAsync<RegistryDb>(["registrydb"]);
        registryHttp = registryService.CreateClient();
        var registry = new RegistryClient(registryHttp);
        await registry.SetAliasAsync(StoreId.Main, "pictures", "champion", new AliasRequest(await TinyPackage.UploadAsync(registry, "pictures", "first", await TinyPictures.WriteAsync()), "first"));
        Inference = new Service<LoadedModels>(await stores.SettingsAsync("eventsdb"), builder => builder.UseSetting("Pictures:MaxBytes", "100000").UseSetting("Pictures:Ffmpeg", "/nowhere/ffmpeg").ConfigureTestServices(services =>
            services.AddHttpClient<RegistryClient>().ConfigurePrimaryHttpMessageHandler(() => registryService.Server.CreateHandler())));
        Http = Inference.CreateClient();
        await Eventually.TrueAsync(async () => (await Http.GetAsync("/v1/products/red/similar-pictures")).IsSuccessStatusCode, "the pictures to be deployed");
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Inference.DisposeAsync();
        registryHttp.Dispose();
        await registryService.DisposeAsync();
    }
}

public sealed class PicturesApiTests(PicturesService service) : IClassFixture<PicturesService>
{
    private readonly HttpClient http = service.Http;
    private readonly InferenceClient client = new(service.Http);

    [Fact]
    public async Task Similar_MostAlikeFirst_NotItselfNorWhatIsSoldOut()
    {
        var answer = await client.FindSimilarPicturesAsync(StoreId.Main, "red", new PictureSearchRequest());
        Assert.Equal(["dark/red", "rose", "blue"], answer.Items.Select(item => item.Id));
        Assert.Equal(("pictures", 1, "champion"), (answer.Model.Name, answer.Model.Version, answer.Arm));
        Assert.InRange(answer.Items[0].Score, .99, 1.0001);
        Assert.Equal(("A dark red pan", "Acme", "Kitchen|Pans", 30, true), (answer.Items[0].Title, answer.Items[0].Brand, answer.Items[0].Category, answer.Items[0].Price, answer.Items[0].Available));
        var events = service.Inference.Services.GetRequiredService<ShopEvents>();
        await Eventually.TrueAsync(async () => (await events.FindImpressionsAsync([answer.Token])).Count == 1, "the impression to be logged");
    }

    [Fact]
    public async Task Similar_Filters_AndPricesAsTheShopToldThemLast()
    {
        Assert.Equal(["rose"], Ids(await client.FindSimilarPicturesAsync(StoreId.Main, "red", new PictureSearchRequest(Categories: ["Living"]))));
        Assert.Equal(["dark/red", "blue"], Ids(await client.FindSimilarPicturesAsync(StoreId.Main, "red", new PictureSearchRequest(Brands: ["acme"]))));
        Assert.Equal(["sold"], Ids(await client.FindSimilarPicturesAsync(StoreId.Main, "red", new PictureSearchRequest(1, Available: false))));
        Assert.Equal(["rose", "blue"], Ids(await client.FindSimilarPicturesAsync(StoreId.Main, "red", new PictureSearchRequest(MinPrice: 12, MaxPrice: 25.5))));
        await client.ChangeCatalogueAsync(StoreId.Main, new CatalogueBatch([new CatalogueItemChange("sold", 5, "in_stock")]));
        var first = (await client.FindSimilarPicturesAsync(StoreId.Main, "red", new PictureSearchRequest(1))).Items[0];
        Assert.Equal(("sold", 5, true), (first.Id, first.Price, first.Available));
        await client.ChangeCatalogueAsync(StoreId.Main, new CatalogueBatch([new CatalogueItemChange("sold", 20, "out_of_stock")])); // as the other tests know it
    }

    [Fact]
    public async Task Similar_OfAnIdWithASlash() => Assert.Equal("red", (await client.FindSimilarPicturesAsync(StoreId.Main, "dark/red", new PictureSearchRequest(1))).Items[0].Id);

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public async Task Search_ByAPicture(SKEncodedImageFormat format)
    {
        using var bitmap = new SKBitmap(300, 300);
        bitmap.Erase(new SKColor(20, 10, 200));
        using var data = bitmap.Encode(format, 90);
        var answer = await client.SearchByPictureAsync(StoreId.Main, data.ToArray(), new PictureSearchRequest(2));
        Assert.Equal("blue", answer.Items[0].Id);
        Assert.Equal(2, answer.Items.Count);
    }

    /// <summary>Of a picture that moves, all its frames count: half red, half blue is neither.</summary>
    [Fact]
    public async Task Search_ByAPictureThatMoves_IsTheMeanOfItsFrames()
    {
        using var content = new ByteArrayContent(DrawnPicture.Gif());
        using var response = await http.PostAsync("/v1/search/picture?count=5&available=false", content);
        var scores = (await response.ReadAsync<PictureSearchResponse>()).Items.ToDictionary(item => item.Id, item => item.Score);
        Assert.Equal(scores["red"], scores["blue"], .02);
        Assert.InRange(scores["red"], .6, .8); // of the first frame alone it would be 1
    }

    [Fact]
    public async Task Search_ByAForm()
    {
        using var form = new MultipartFormDataContent { { new StringContent("x"), "note" }, { new ByteArrayContent(DrawnPicture.Plain(0, 0, 255)), "picture", "photo.png" } };
        using var response = await http.PostAsync("/v1/search/picture?count=1", form);
        Assert.Equal("blue", (await response.ReadAsync<PictureSearchResponse>()).Items[0].Id);
    }

    [Fact]
    public async Task Search_HostileBytes_AreRefusedByName()
    {
        await RefusedAsync(HttpStatusCode.BadRequest, PictureFault.Empty, []);
        await RefusedAsync(HttpStatusCode.BadRequest, PictureFault.UnknownFormat, "<svg onload=alert(1)>"u8.ToArray());
        await RefusedAsync(HttpStatusCode.RequestEntityTooLarge, PictureFault.TooManyBytes, new byte[100_001]);
        using var video = await PostAsync([0, 0, 0, 24, .. "ftypisom"u8, 0, 0, 0, 0]);
        Assert.Contains("set Pictures:Ffmpeg", await video.ProblemAsync(HttpStatusCode.UnsupportedMediaType, PictureFault.NoVideos), StringComparison.Ordinal);
        using var cut = await PostAsync(DrawnPicture.Of()[..80]);
        Assert.Equal(HttpStatusCode.BadRequest, cut.StatusCode);
        using var bomb = await PostAsync(DrawnPicture.PngOfSize(50_000, 50_000));
        Assert.Equal(HttpStatusCode.BadRequest, bomb.StatusCode);
        using var form = new MultipartFormDataContent { { new StringContent("x"), "note" } };
        using var none = await http.PostAsync("/v1/search/picture", form);
        Assert.Contains("The form has no file", await none.ProblemAsync(HttpStatusCode.BadRequest, PictureFault.Empty), StringComparison.Ordinal);
        using var torn = new ByteArrayContent("--x\r\nContent-Disp"u8.ToArray()) { Headers = { ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x") } };
        using var ends = await http.PostAsync("/v1/search/picture", torn);
        Assert.Equal(HttpStatusCode.BadRequest, ends.StatusCode);
    }

    [Theory]
    [InlineData("/v1/products/red/similar-pictures?count=0", "from 1 to 200")]
    [InlineData("/v1/products/red/similar-pictures?minPrice=2&maxPrice=1", "above 'maxPrice'")]
    public async Task Similar_ABadRequest_SaysWhy(string path, string says)
    {
        using var response = await http.GetAsync(path);
        Assert.Contains(says, await response.ProblemAsync(HttpStatusCode.BadRequest, "picture-request"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_ProductOrModel_SaysWhatToDo()
    {
        using var product = await http.GetAsync("/v1/products/nothing/similar-pictures");
        Assert.Contains("POST /v1/search/picture", await product.ProblemAsync(HttpStatusCode.NotFound, "not-found"), StringComparison.Ordinal);
        using var model = await http.GetAsync("/v1/products/red/similar-pictures?model=nothing");
        Assert.Contains("run the pipeline 'images'", await model.ProblemAsync(HttpStatusCode.NotFound, "nothing-deployed"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Picture_OfAProduct_IsASmallJpeg()
    {
        var address = (await client.FindSimilarPicturesAsync(StoreId.Main, "red", new PictureSearchRequest(1))).Items[0].Picture!;
        using var response = await http.GetAsync(address);
        Assert.Equal("image/jpeg", response.Content.Headers.ContentType!.MediaType);
        using var picture = PictureReader.Read(await response.Content.ReadAsByteArrayAsync(), new PictureLimits());
        Assert.Equal(8, picture.Width);
        Assert.Null(await client.FindPictureAsync(StoreId.Main, "pictures", "nothing"));
    }

    /// <summary>Settings that promise more than the graph answers are found before shoppers are.</summary>
    [Fact]
    public async Task Load_APackageThatDoesNotFit_IsRefused()
    {
        var folder = await TinyPictures.WriteAsync(dimensions: 4);
        var batching = service.Inference.Services.GetRequiredService<BatchingHost>();
        await Assert.ThrowsAsync<InvalidDataException>(() => PictureModel.LoadAsync(StoreId.Main, "pictures", 9, folder, batching, default));
    }

    private static IEnumerable<string> Ids(PictureSearchResponse answer) => answer.Items.Select(item => item.Id);

    private Task<HttpResponseMessage> PostAsync(byte[] content) => http.PostAsync("/v1/search/picture", new ByteArrayContent(content));

    private async Task RefusedAsync(HttpStatusCode status, string type, byte[] content)
    {
        using var response = await PostAsync(content);
        await response.ProblemAsync(status, type);
    }
}
