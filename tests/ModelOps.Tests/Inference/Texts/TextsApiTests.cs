using System.Net;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts;
using ModelOps.Contracts.Versions;
using ModelOps.Features.Text;
using ModelOps.Inference.Models;
using ModelOps.Registry;

namespace ModelOps.Tests.Inference.Texts;

/// <summary>The service with a package of each kind deployed, started once for all of the class's tests: they only ask.</summary>
public sealed class TextsService(Stores stores) : IAsyncLifetime
{
    private Service<RegistryDb> registryService = null!;
    private Service<LoadedModels> inference = null!;
    private HttpClient registryHttp = null!;

    public HttpClient Http { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        registryService = await stores.StartAsync<RegistryDb>(["registrydb"]);
        registryHttp = registryService.CreateClient();
        var registry = new RegistryClient(registryHttp);
        (string Model, string Kind)[] models = [("text-encoder", EncoderKind.Embed), ("text-reranker", EncoderKind.Rerank), ("text-classifier", EncoderKind.Classify), ("text-decoder", EncoderKind.Generate)];
        foreach (var (model, kind) in models)
        {
            var folder = Directory.CreateTempSubdirectory("modelops-texts-").FullName;
            if (kind == EncoderKind.Generate)
                TinyDecoder.Write(folder);
            else
                TinyEncoder.Write(folder, kind);
            await registry.SetAliasAsync(StoreId.Main, model, "champion", new AliasRequest(await TinyPackage.UploadAsync(registry, model, "first", folder), "first"));
        }
        inference = new Service<LoadedModels>(await stores.SettingsAsync("eventsdb"), builder =>
        {
            builder.UseSetting("Texts:MaxTexts", "4");
            builder.ConfigureTestServices(services => services.AddHttpClient<RegistryClient>().ConfigurePrimaryHttpMessageHandler(() => registryService.Server.CreateHandler()));
        });
        Http = inference.CreateClient();
        foreach (var (model, _) in models)
            await Eventually.TrueAsync(async () => (await Http.GetAsync(new Uri($"/v2/models/{model}/ready", UriKind.Relative))).IsSuccessStatusCode, $"'{model}' to be ready");
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        registryHttp.Dispose();
        await inference.DisposeAsync();
        await registryService.DisposeAsync();
    }
}

/// <summary>The shapes and errors of text-embeddings-inference and OpenAI, over deployed packages.</summary>
public sealed class TextsApiTests(TextsService service) : IClassFixture<TextsService>
{
    [Fact]
    public async Task Embed_OneTextOrMore_GivesAVectorEach()
    {
        var one = await AskAsync("/embed", """{"inputs":"red kettle"}""");
        AssertNear(TinyEncoder.Vector("[CLS]", "red", "kettle", "[SEP]"), Assert.Single(one.AsArray())!);
        var two = await AskAsync("/embed", """{"inputs":["blue pan","中文 [SEP]"],"truncate":true,"model":"text-encoder"}""");
        AssertNear(TinyEncoder.Vector("[CLS]", "blue", "pan", "[SEP]"), two[0]!);
        AssertNear(TinyEncoder.Vector("[CLS]", "中", "文", "[", "sep", "]", "[SEP]"), two[1]!); // what a user writes is text
    }

    [Fact]
    public async Task Rerank_Texts_BestFirstWithTheirPlaces()
    {
        var answer = await AskAsync("/rerank", """{"query":"kettle","texts":["red","blue","pan"],"raw_scores":true,"return_text":true}""");
        float Score(string token) => TinyEncoder.Value(Array.IndexOf(TinyEncoder.Tokens, token), 0) + TinyEncoder.Value(3, 0);
        string[] texts = ["red", "blue", "pan"];
        Assert.Equal(texts.OrderByDescending(Score), answer.AsArray().Select(text => text!["text"]!.GetValue<string>()));
        Assert.All(answer.AsArray(), text => Assert.Equal(Score(texts[text!["index"]!.GetValue<int>()]), text["score"]!.GetValue<float>(), 1e-5f));
        var shown = await AskAsync("/rerank", """{"query":"kettle","texts":["red"]}""");
        Assert.Equal(1 / (1 + MathF.Exp(-Score("red"))), shown[0]!["score"]!.GetValue<float>(), 1e-5f);
        Assert.Null(shown[0]!["text"]);
    }

    [Fact]
    public async Task Predict_Text_GivesEveryLabelLikeliestFirst()
    {
        var labels = (await AskAsync("/predict", """{"inputs":"red kettle"}"""))[0]!.AsArray();
        Assert.Equal(["cookware", "other"], labels.Select(label => label!["label"]!.GetValue<string>()).Order());
        Assert.Equal(1, labels.Sum(label => label!["score"]!.GetValue<float>()), 1e-5f);
        Assert.True(labels[0]!["score"]!.GetValue<float>() >= labels[1]!["score"]!.GetValue<float>());
    }

    [Fact]
    public async Task Embeddings_AsOpenAi_AsNumbersOrBytes()
    {
        var answer = await AskAsync("/v1/embeddings", """{"input":["red","blue"],"model":"text-encoder"}""");
        Assert.Equal(("list", "text-encoder", 6), (answer["object"]!.GetValue<string>(), answer["model"]!.GetValue<string>(), answer["usage"]!["total_tokens"]!.GetValue<int>()));
        Assert.Equal(("embedding", 1), (answer["data"]![1]!["object"]!.GetValue<string>(), answer["data"]![1]!["index"]!.GetValue<int>()));
        AssertNear(TinyEncoder.Vector("[CLS]", "blue", "[SEP]"), answer["data"]![1]!["embedding"]!);
        var bytes = (await AskAsync("/v1/embeddings", """{"input":"red","encoding_format":"base64"}"""))["data"]![0]!["embedding"]!.GetValue<string>();
        Assert.Equal(TinyEncoder.Vector("[CLS]", "red", "[SEP]").Select(value => MathF.Round(value, 5)), MemoryMarshal.Cast<byte, float>(Convert.FromBase64String(bytes)).ToArray().Select(value => MathF.Round(value, 5)));
    }

    [Theory]
    [InlineData("/embed", """{"inputs":[]}""", HttpStatusCode.BadRequest, "Empty", "`inputs` cannot be empty")]
    [InlineData("/embed", """{}""", HttpStatusCode.BadRequest, "Empty", "`inputs` cannot be empty")]
    [InlineData("/embed", """{"inputs":["a","a","a","a","a"]}""", HttpStatusCode.RequestEntityTooLarge, "Validation", "maximum allowed batch size 4")]
    [InlineData("/embed", """{"inputs":"a a a a a a a a a a a"}""", HttpStatusCode.RequestEntityTooLarge, "Validation", "at most 12 tokens")]
    [InlineData("/embed", """{"inputs":7}""", HttpStatusCode.UnprocessableEntity, "Tokenizer", "")]
    [InlineData("/embed", """{"inputs":"a","normalize":false}""", HttpStatusCode.UnprocessableEntity, "Tokenizer", "normalize")]
    [InlineData("/embed", """{"inputs":"\ud800"}""", HttpStatusCode.UnprocessableEntity, "Tokenizer", "")]
    [InlineData("/embed", "no json", HttpStatusCode.UnprocessableEntity, "Tokenizer", "")]
    [InlineData("/embed", """{"inputs":"a","model":"nobody"}""", HttpStatusCode.NotFound, "NotFound", "'nobody'")]
    [InlineData("/embed", """{"inputs":"a","model":"text-reranker"}""", HttpStatusCode.NotFound, "NotFound", "is for 'rerank'")]
    [InlineData("/rerank", """{"query":"a","texts":[]}""", HttpStatusCode.BadRequest, "Empty", "`texts`")]
    [InlineData("/rerank", """{"texts":["a"]}""", HttpStatusCode.BadRequest, "Empty", "`query`")]
    [InlineData("/rerank", """{"query":"a","texts":["a",null]}""", HttpStatusCode.UnprocessableEntity, "Tokenizer", "null")]
    [InlineData("/predict", """{"inputs":"a a a a a a a a a a a"}""", HttpStatusCode.RequestEntityTooLarge, "Validation", "truncate")]
    public async Task WrongRequest_IsToldInTheWordsOfTextEmbeddingsInference(string path, string body, HttpStatusCode status, string type, string reason)
    {
        using var response = await PostAsync(path, body);
        Assert.Equal(status, response.StatusCode);
        var error = (await response.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Equal(type, error["error_type"]!.GetValue<string>());
        Assert.Contains(reason, error["error"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"input":[]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"input":"a","encoding_format":"hex"}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"input":"a","dimensions":3}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"input":"a a a a a a a a a a a"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"input":"a","model":"gpt"}""", HttpStatusCode.NotFound)]
    public async Task WrongRequest_IsToldInTheWordsOfOpenAi(string body, HttpStatusCode status)
    {
        using var response = await PostAsync("/v1/embeddings", body);
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("invalid_request_error", (await response.Content.ReadFromJsonAsync<JsonNode>())!["error"]!["type"]!.GetValue<string>());
    }

    [Fact]
    public async Task Embed_HostileTexts_AreAnswered()
    {
        string[] texts = [new('x', 10_000), "😀😀😀", "'; DROP TABLE users;--", "[SEP][CLS]", "مرحبا שלום", "title:(a OR b)~2^3 \\\"", "a\u0000b"];
        foreach (var text in texts)
        {
            using var response = await PostAsync("/embed", new JsonObject { ["inputs"] = text, ["truncate"] = true }.ToJsonString());
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    private async Task<JsonNode> AskAsync(string path, string body)
    {
        using var response = await PostAsync(path, body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    private Task<HttpResponseMessage> PostAsync(string path, string body) => service.Http.PostAsync(new Uri(path, UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"));

    private static void AssertNear(float[] expected, JsonNode actual)
    {
        var values = actual.AsArray().Select(value => value!.GetValue<float>()).ToArray();
        Assert.Equal(expected.Length, values.Length);
        foreach (var (one, other) in expected.Zip(values))
            Assert.Equal(one, other, 1e-5f);
    }
}
