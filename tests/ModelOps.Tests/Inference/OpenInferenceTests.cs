using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts;
using ModelOps.Contracts.Versions;
using ModelOps.Inference.Models;
using ModelOps.Inference.OpenInference.Grpc;
using ModelOps.Registry;

namespace ModelOps.Tests.Inference;

/// <summary>The Open Inference Protocol over HTTP and gRPC, for a recommender and for a model of somebody's own.</summary>
public sealed class OpenInferenceTests(Stores stores) : IAsyncLifetime
{
    private const string Input = """
        {"id":"42","parameters":{"any":1},"inputs":[
          {"name":"x","shape":[2,3],"datatype":"FP32","data":[[1,2,3],[4,5.5,"-Infinity"]]},
          {"name":"words","shape":[2],"datatype":"BYTES","data":["grün","\u0000"]},
          {"name":"flags","shape":[1],"datatype":"BOOL","data":[true]}]}
        """;

    private Service<RegistryDb> registryService = null!;
    private IReadOnlyDictionary<string, string> settings = null!;
    private Service<LoadedModels> inference = null!;
    private HttpClient registryHttp = null!;
    private HttpClient http = null!;
    private RegistryClient registry = null!;

    public async ValueTask InitializeAsync()
    {
        registryService = await stores.StartAsync<RegistryDb>(["registrydb"]);
        registryHttp = registryService.CreateClient();
        registry = new RegistryClient(registryHttp);
        await TinyPackage.DeployAsync(registry, "recommend", "first");
        await registry.SetAliasAsync(StoreId.Main, "own", "champion", new AliasRequest(await TinyPackage.UploadAsync(registry, "own", "first", await OwnPackage.WriteAsync()), "first"));
        settings = await stores.SettingsAsync("eventsdb");
        inference = new Service<LoadedModels>(settings, builder => builder.ConfigureTestServices(services =>
            services.AddHttpClient<RegistryClient>().ConfigurePrimaryHttpMessageHandler(() => registryService.Server.CreateHandler())));
        http = inference.CreateClient();
        await ReadyAsync("own");
    }

    [Fact]
    public async Task Server_SaysWhatItIs_AndThatItIsReady()
    {
        Assert.Equal("modelops", (await GetAsync("/v2"))["name"]!.GetValue<string>());
        Assert.True((await GetAsync("/v2/health/live"))["live"]!.GetValue<bool>());
        Assert.True((await GetAsync("/v2/health/ready"))["ready"]!.GetValue<bool>());
        var own = await GetAsync("/v2/models/own/versions/1");
        Assert.Equal(("onnxruntime_onnx", "1"), (own["platform"]!.GetValue<string>(), own["versions"]![0]!.GetValue<string>()));
        Assert.Equal("""["x","FP32",[-1,3]]""", new JsonArray([.. ((string[])["name", "datatype", "shape"]).Select(key => own["inputs"]![0]![key]!.DeepClone())]).ToJsonString());
        var recommender = await GetAsync("/v2/models/recommend");
        Assert.Equal(["history", "forbidden", "count"], recommender["inputs"]!.AsArray().Select(input => input!["name"]!.GetValue<string>()));
    }

    [Fact]
    public async Task OwnModel_AfterARestartWithoutTheRegistry_IsServedFromDisk()
    {
        http.Dispose();
        await inference.DisposeAsync();

        inference = new Service<LoadedModels>(settings, null);
        http = inference.CreateClient();
        await ReadyAsync("own");
        Assert.Equal("[true]", DataOf(await InferAsync("own", Input), "shown"));
    }

    [Fact]
    public async Task Infer_OwnModel_AllDatatypes()
    {
        var answer = await InferAsync("own", Input);

        Assert.Equal(("42", "own", "1"), (answer["id"]!.GetValue<string>(), answer["model_name"]!.GetValue<string>(), answer["model_version"]!.GetValue<string>()));
        Assert.Equal("""[2,4,6,8,11,"-Infinity"]""", DataOf(answer, "twice"));
        Assert.Equal("""[2,4,6,8,11,"-Infinity"]""", DataOf(answer, "half"));
        Assert.StartsWith("[2,4,6,8,11,", DataOf(answer, "whole"), StringComparison.Ordinal);
        Assert.Equal(["grün", "\0"], answer["outputs"]!.AsArray().Single(output => output!["name"]!.GetValue<string>() == "said")!["data"]!.AsArray().Select(value => value!.GetValue<string>()));
        Assert.Equal("[true]", DataOf(answer, "shown"));
    }

    [Fact]
    public async Task Infer_SelectedOutputs_OfAVersionOrAnAlias()
    {
        foreach (var version in (string[])["1", "champion"])
        {
            var answer = await InferAsync($"own/versions/{version}", Input.Replace("""{"id":"42",""", """{"outputs":[{"name":"shown"}],""", StringComparison.Ordinal));

            Assert.Equal("shown", Assert.Single(answer["outputs"]!.AsArray())!["name"]!.GetValue<string>());
            Assert.Null(answer["id"]);
        }
    }

    [Fact]
    public async Task Infer_Recommender_RanksByItsTensors()
    {
        var answer = await InferAsync("recommend", """
            {"inputs":[{"name":"history","shape":[2,4],"datatype":"INT64","data":[[0,3,2,3],[0,0,0,5]]},
                       {"name":"forbidden","shape":[2,1],"datatype":"INT64","data":[2,0]},{"name":"count","shape":[1],"datatype":"INT64","data":[6]}]}
            """);

        Assert.Equal("[3,1,4,5,0,2,5,1,2,3,4,0]", DataOf(answer, "items"));
        Assert.Equal("""[2,0,0,0,"-Infinity","-Infinity",1,0,0,0,0,"-Infinity"]""", DataOf(answer, "scores"));
    }

    [Theory]
    [InlineData("own", "{", "not valid JSON")]
    [InlineData("own", "[]", "no list \"inputs\"")]
    [InlineData("own", """{"inputs":[{"name":"y","shape":[1],"datatype":"FP32","data":[1]}]}""", "no input 'y'; its inputs are x, words, flags")]
    [InlineData("own", """{"inputs":[{"name":"x","shape":[1,3],"datatype":"INT32","data":[1,2,3]}]}""", "datatype 'INT32'; expected FP32")]
    [InlineData("own", """{"inputs":[{"name":"x","shape":[3],"datatype":"FP32","data":[1,2,3]}]}""", "shape [3]; expected [-1, 3]")]
    [InlineData("own", """{"inputs":[{"name":"x","shape":[-1,3],"datatype":"FP32","data":[1,2,3]}]}""", "shape [-1, 3]; expected [-1, 3]")]
    [InlineData("own", """{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,2]}]}""", "has 2 values; its shape [1, 3] has 3")]
    [InlineData("own", """{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,2,3,4]}]}""", "has 4 values; its shape [1, 3] has 3")]
    [InlineData("own", """{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,true,3]}]}""", "Value 1 of the input 'x' is true; expected FP32")]
    [InlineData("own", """{"inputs":[{"name":"x","shape":[9223372036854775807,3],"datatype":"FP32","data":[]}]}""", "more than")]
    [InlineData("own", """{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,2,3]}]}""", "input 'words' is missing; expected BYTES of the shape [-1]")]
    [InlineData("own", """{"inputs":[{"name":"x","shape":[0,3],"datatype":"FP32","data":[]},{"name":"x","shape":[0,3],"datatype":"FP32","data":[]}]}""", "'x' comes twice")]
    [InlineData("recommend", """{"inputs":[{"name":"history","shape":[1,4],"datatype":"INT64","data":[0,0,0,99]},{"name":"forbidden","shape":[1,0],"datatype":"INT64","data":[]},{"name":"count","shape":[1],"datatype":"INT64","data":[1]}]}""", "cannot compute these inputs")]
    public async Task Infer_WrongInput_SaysWhichAndWhatWasExpected(string model, string body, string says)
    {
        using var response = await PostAsync(model, body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(says, JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["error"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v2/models/nobody")]
    [InlineData("/v2/models/own/versions/7/ready")]
    [InlineData("/v2/models/own/versions/somebody")]
    public async Task Model_NotDeployed_Is404(string path)
    {
        using var response = await http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("\"error\"", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PackageOfAnotherKind_DisturbsNobody()
    {
        var folder = Directory.CreateTempSubdirectory("modelops-kind-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "notes.txt"), "another kind", TestContext.Current.CancellationToken);
        await registry.SetAliasAsync(StoreId.Main, "notes", "champion", new AliasRequest(await TinyPackage.UploadAsync(registry, "notes", "first", folder), "first"));
        var second = await TinyPackage.UploadAsync(registry, "own", "second", await OwnPackage.WriteAsync());
        await registry.SetAliasAsync(StoreId.Main, "own", "champion", new AliasRequest(second, "second")); // said after it, so followed after it

        await Eventually.TrueAsync(async () => (await InferAsync("own", Input))["model_version"]!.GetValue<string>() == $"{second}", "the second version");
        using var other = await PostAsync("notes", Input);
        using var recommendation = await http.PostAsync("/v1/recommendations", new StringContent("""{"user":"known"}""", Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        using var own = await http.PostAsync("/v1/recommendations", new StringContent("""{"user":"known","model":"own"}""", Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
        Assert.Equal(HttpStatusCode.OK, recommendation.StatusCode);
        await own.ProblemAsync(HttpStatusCode.NotFound, "nothing-deployed");
    }

    [Theory]
    [InlineData("\"name\":\"x\",\"datatype\":\"FP32\"", "\"name\":\"x\",\"datatype\":\"INT64\"", "'x' is INT64, the graph says Float")]
    [InlineData("\"shape\":[-1,3]},{\"name\":\"words\"", "\"shape\":[-1,4]},{\"name\":\"words\"", "'x' has the shape [-1, 4], the graph says [-1, 3]")]
    [InlineData("\"name\":\"twice\"", "\"name\":\"thrice\"", "lists the output 'thrice'; the graph has twice")]
    [InlineData(",{\"name\":\"flags\",\"datatype\":\"BOOL\",\"shape\":[-1]}]", "]", "needs the input 'flags'")]
    [InlineData("\"inputs\"", "\"in\"", "must list 'inputs' and 'outputs'")]
    public async Task Signature_NotTheGraphs_IsRefusedByName(string right, string wrong, string says)
    {
        var folder = await OwnPackage.WriteAsync(OwnPackage.Signature.Replace(right, wrong, StringComparison.Ordinal));

        var refusal = await Assert.ThrowsAsync<InvalidDataException>(() => OwnModel.LoadAsync(StoreId.Main, "own", 1, folder, TestBatching.Host(), TestContext.Current.CancellationToken));

        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Grpc_SaysAndComputesTheSame()
    {
        using var channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions { HttpHandler = inference.Server.CreateHandler() });
        var client = new GRPCInferenceService.GRPCInferenceServiceClient(channel);
        var cancellationToken = TestContext.Current.CancellationToken;

        Assert.True((await client.ServerLiveAsync(new ServerLiveRequest(), cancellationToken: cancellationToken)).Live);
        Assert.True((await client.ServerReadyAsync(new ServerReadyRequest(), cancellationToken: cancellationToken)).Ready);
        Assert.Equal("modelops", (await client.ServerMetadataAsync(new ServerMetadataRequest(), cancellationToken: cancellationToken)).Name);
        Assert.True((await client.ModelReadyAsync(new ModelReadyRequest { Name = "own" }, cancellationToken: cancellationToken)).Ready);
        Assert.False((await client.ModelReadyAsync(new ModelReadyRequest { Name = "own", Version = "9" }, cancellationToken: cancellationToken)).Ready);
        Assert.Equal([-1, 3], (await client.ModelMetadataAsync(new ModelMetadataRequest { Name = "own" }, cancellationToken: cancellationToken)).Inputs[0].Shape);

        var typed = await client.ModelInferAsync(Request(), cancellationToken: cancellationToken);
        var raw = Request();
        raw.RawInputContents.Add([ByteString.CopyFrom(Bytes(1f, 2f, 3f)), ByteString.CopyFrom([4, 0, 0, 0, .. "word"u8]), ByteString.CopyFrom(1)]);
        foreach (var input in raw.Inputs)
            input.Contents = null;
        foreach (var answer in (ModelInferResponse[])[typed, await client.ModelInferAsync(raw, cancellationToken: cancellationToken)])
        {
            Assert.Equal(("7", "twice", "said"), (answer.Id, answer.Outputs[0].Name, answer.Outputs[1].Name));
            Assert.Equal(Bytes(2f, 4f, 6f), answer.RawOutputContents[0].ToByteArray());
            Assert.Equal([4, 0, 0, 0, .. "word"u8], answer.RawOutputContents[1].ToByteArray());
        }

        raw.RawInputContents[0] = ByteString.CopyFrom(1, 2, 3);
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () => await client.ModelInferAsync(raw, cancellationToken: cancellationToken))).StatusCode);
        var nobody = new ModelInferRequest { ModelName = "nobody" };
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(async () => await client.ModelInferAsync(nobody, cancellationToken: cancellationToken))).StatusCode);
    }

    private static ModelInferRequest Request() => new()
    {
        ModelName = "own",
        Id = "7",
        Inputs =
        {
            new ModelInferRequest.Types.InferInputTensor { Name = "x", Datatype = "FP32", Shape = { 1, 3 }, Contents = new InferTensorContents { Fp32Contents = { 1, 2, 3 } } },
            new ModelInferRequest.Types.InferInputTensor { Name = "words", Datatype = "BYTES", Shape = { 1 }, Contents = new InferTensorContents { BytesContents = { ByteString.CopyFromUtf8("word") } } },
            new ModelInferRequest.Types.InferInputTensor { Name = "flags", Datatype = "BOOL", Shape = { 1 }, Contents = new InferTensorContents { BoolContents = { true } } },
        },
        Outputs = { new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "twice" }, new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "said" } },
    };

    private static byte[] Bytes(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    private Task ReadyAsync(string model) =>
        Eventually.TrueAsync(async () => (await http.GetAsync(new Uri($"/v2/models/{model}/ready", UriKind.Relative))).IsSuccessStatusCode, $"'{model}' to be ready");

    private async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await http.GetStringAsync(new Uri(path, UriKind.Relative)))!;

    private Task<HttpResponseMessage> PostAsync(string model, string body) =>
        http.PostAsync(new Uri($"/v2/models/{model}/infer", UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"));

    private async Task<JsonNode> InferAsync(string model, string body)
    {
        using var response = await PostAsync(model, body);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    private static string DataOf(JsonNode answer, string output) =>
        answer["outputs"]!.AsArray().Single(found => found!["name"]!.GetValue<string>() == output)!["data"]!.ToJsonString();

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await inference.DisposeAsync();
        registryHttp.Dispose();
        await registryService.DisposeAsync();
    }
}
