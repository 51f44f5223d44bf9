using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using ModelOps.Inference.Texts;
using OpenAI;

namespace ModelOps.Tests.Inference.Texts;

/// <summary>A deployed decoder in the shapes of OpenAI, also through OpenAI's own client.</summary>
public sealed class GenerationTests(TextsService service) : IClassFixture<TextsService>
{
    [Fact]
    public async Task Completions_GoOn_TokenByTokenUntilTheEnd()
    {
        var answer = await AskAsync("/v1/completions", """{"prompt":"ab","temperature":0}""");
        Assert.Equal("cdefghijklmnopqrst", answer["choices"]![0]!["text"]!.GetValue<string>()); // the end's token and two of the prompt were there
        Assert.Equal(("stop", "text_completion", "text-decoder"), (answer["choices"]![0]!["finish_reason"]!.GetValue<string>(), answer["object"]!.GetValue<string>(), answer["model"]!.GetValue<string>()));
        Assert.Equal((3, 19, 22), (answer["usage"]!["prompt_tokens"]!.GetValue<int>(), answer["usage"]!["completion_tokens"]!.GetValue<int>(), answer["usage"]!["total_tokens"]!.GetValue<int>()));
    }

    [Theory]
    [InlineData("""{"prompt":"ab","temperature":0,"max_tokens":3}""", "cde", "length")]
    [InlineData("""{"prompt":"ab","temperature":0,"stop":"fg"}""", "cde", "stop")]
    [InlineData("""{"prompt":"ab","temperature":0.01,"seed":1,"max_tokens":3}""", "cde", "length")]
    [InlineData("""{"prompt":"ab","temperature":2,"top_p":0.01,"max_tokens":3}""", "cde", "length")]
    public async Task Completions_AreAsLongAndAsSureAsAskedFor(string body, string text, string reason)
    {
        var choice = (await AskAsync("/v1/completions", body))["choices"]![0]!;
        Assert.Equal((text, reason), (choice["text"]!.GetValue<string>(), choice["finish_reason"]!.GetValue<string>()));
    }

    [Fact]
    public async Task ChatCompletions_ThroughOpenAisClient_AsTheAssistantsWordingAsks()
    {
        var options = new OpenAIClientOptions { Endpoint = new Uri("http://localhost/v1"), Transport = new HttpClientPipelineTransport(service.Http) };
        using var chat = new OpenAIClient(new ApiKeyCredential("none"), options).GetChatClient("text-decoder").AsIChatClient();
        var response = await chat.GetResponseAsync([new(ChatRole.User, "hi")], new ChatOptions { MaxOutputTokens = 300, Temperature = 0, Tools = [] }, TestContext.Current.CancellationToken);
        Assert.Equal(("a", ChatFinishReason.Stop, "text-decoder"), (response.Text, response.FinishReason, response.ModelId));
        Assert.Equal((20, 2), (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount));
    }

    [Theory]
    [InlineData("/v1/completions", """{"prompt":""}""", HttpStatusCode.OK, "")]
    [InlineData("/v1/completions", """{}""", HttpStatusCode.BadRequest, "`prompt`")]
    [InlineData("/v1/completions", """{"prompt":7}""", HttpStatusCode.UnprocessableEntity, "")]
    [InlineData("/v1/completions", """{"prompt":"\ud800"}""", HttpStatusCode.UnprocessableEntity, "")]
    [InlineData("/v1/completions", """{"prompt":"a","stream":true}""", HttpStatusCode.UnprocessableEntity, "`stream`")]
    [InlineData("/v1/completions", """{"prompt":"a","n":2}""", HttpStatusCode.UnprocessableEntity, "`n`")]
    [InlineData("/v1/completions", """{"prompt":"a","max_tokens":0}""", HttpStatusCode.UnprocessableEntity, "1 to 512")]
    [InlineData("/v1/completions", """{"prompt":"a","temperature":3}""", HttpStatusCode.UnprocessableEntity, "0 to 2")]
    [InlineData("/v1/completions", """{"prompt":"a","top_p":0}""", HttpStatusCode.UnprocessableEntity, "`top_p`")]
    [InlineData("/v1/completions", """{"prompt":"a","stop":[""]}""", HttpStatusCode.UnprocessableEntity, "`stop`")]
    [InlineData("/v1/completions", """{"prompt":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}""", HttpStatusCode.BadRequest, "maximum context length is 40 tokens")]
    [InlineData("/v1/completions", """{"prompt":"a","model":"text-encoder"}""", HttpStatusCode.NotFound, "is for 'embed'")]
    [InlineData("/v1/completions", """{"prompt":"a","model":"nobody"}""", HttpStatusCode.NotFound, "'nobody'")]
    [InlineData("/v1/chat/completions", """{"messages":[]}""", HttpStatusCode.BadRequest, "`messages`")]
    [InlineData("/v1/chat/completions", """{"messages":[{"role":"tool","content":"a"}]}""", HttpStatusCode.UnprocessableEntity, "`role`")]
    [InlineData("/v1/chat/completions", """{"messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}],"max_tokens":2}""", HttpStatusCode.OK, "")]
    [InlineData("/v1/chat/completions", """{"messages":[{"role":"user","content":[{"type":"image_url"}]}]}""", HttpStatusCode.UnprocessableEntity, "")]
    [InlineData("/embed", """{"inputs":"a","model":"text-decoder"}""", HttpStatusCode.NotFound, "is for 'generate'")]
    public async Task Request_IsAnsweredOrToldWhatIsWrong(string path, string body, HttpStatusCode status, string reason)
    {
        using var response = await PostAsync(path, body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal(status, response.StatusCode);
        Assert.Contains(reason, text, StringComparison.Ordinal);
        if (status != HttpStatusCode.OK && path != "/embed")
            Assert.Equal("invalid_request_error", JsonNode.Parse(text)!["error"]!["type"]!.GetValue<string>());
    }

    [Fact]
    public void Choose_DrawsAsLikelyAsTheScoresSay_AmongTheLikeliest()
    {
        float[] scores = [MathF.Log(6), MathF.Log(3), MathF.Log(1)];
        var random = new Random(1);
        int[] Drawn(double topP) => [.. Enumerable.Range(0, 20_000).Select(_ => new Choosing(1, topP, null).Choose([.. scores], random))];
        var all = Drawn(1);
        Assert.Equal(0.6, all.Count(token => token == 0) / 20_000.0, 0.02);
        Assert.Equal(0.1, all.Count(token => token == 2) / 20_000.0, 0.02);
        Assert.Equal([0, 1], Drawn(0.7).Distinct().Order());
    }

    private async Task<JsonNode> AskAsync(string path, string body)
    {
        using var response = await PostAsync(path, body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    private Task<HttpResponseMessage> PostAsync(string path, string body) => service.Http.PostAsync(new Uri(path, UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"));
}
