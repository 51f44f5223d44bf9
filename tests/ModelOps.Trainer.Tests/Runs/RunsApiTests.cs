using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts;
using ModelOps.Contracts.Clients;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.Contracts.Versions;
using ModelOps.Registry;
using ModelOps.Tests;
using ModelOps.Trainer.Runs;
using ModelOps.Trainer.Tests.Pictures;

namespace ModelOps.Trainer.Tests.Runs;

/// <summary>The trainer over HTTP: a run from its request to a version in a real registry. Only data-prep is played.</summary>
public sealed class RunsApiTests(Stores stores) : IAsyncLifetime
{
    private const string Quick = """{"epochs":2,"dimensions":8,"length":6}""";
    private readonly PlayedDataPrep dataPrep = new();
    private Service<RegistryDb> registry = null!;
    private Service<RunsDb> service = null!;
    private HttpClient http = null!;
    private TrainerClient trainer = null!;

    public async ValueTask InitializeAsync()
    {
        registry = await stores.StartAsync<RegistryDb>(["registrydb"]);
        service = await stores.StartAsync<RunsDb>(["runsdb"], builder => builder.ConfigureTestServices(services =>
        {
            services.AddHttpClient<DataPrepClient>().ConfigurePrimaryHttpMessageHandler(() => dataPrep).SetHandlerLifetime(Timeout.InfiniteTimeSpan); // else it is disposed after two minutes
            services.AddHttpClient<RegistryClient>().ConfigurePrimaryHttpMessageHandler(() => registry.Server.CreateHandler());
        }));
        http = service.CreateClient();
        trainer = new TrainerClient(http);
    }

    [Fact]
    public async Task Run_TrainsAndIsRegisteredOnce()
    {
        var run = await FinishAsync(await StartAsync(1, Quick));

        Assert.Equal((RunState.Succeeded, null), (run.State, run.Error));
        Assert.InRange(run.Metrics["parity"], 0, 1e-4);
        Assert.Contains("popularity", run.Comparison.Keys);
        Assert.NotEmpty(run.Epochs);
        var version = await trainer.RegisterAsync(StoreId.Main, run.Id);
        var again = await trainer.RegisterAsync(StoreId.Main, run.Id);
        Assert.Equal((VersionStatus.Ready, version.Version), (version.Status, again.Version));
        Assert.Equal(version.Version, (await trainer.GetAsync(StoreId.Main, run.Id)).Version);
    }

    [Fact]
    public async Task Run_WithASearch_TriesAllAndTrainsWithTheBest()
    {
        var run = await FinishAsync(await StartAsync(1, """{"epochs":3,"dimensions":8,"length":6,"searchPasses":1,"searchReduction":2,"searchWidth":2,"search":{"learningRate":[0.00001,0.02],"dropout":[0.1]}}"""));
        var trials = (await trainer.TrialsAsync(StoreId.Main, run.Id)).Items;

        Assert.Equal((RunState.Succeeded, null), (run.State, run.Error));
        Assert.Equal([0, 1, 2], trials.Select(trial => trial.Number));
        Assert.All(trials, trial => Assert.Equal((TrialState.Waiting, null), (trial.State, trial.Error)));
        Assert.Contains(trials, trial => trial.Ndcg10.Count > 1); // one went on
        Assert.Equal(trials.Max(trial => trial.Ndcg10.Max()), Assert.Single(trials, trial => trial.Chosen).Ndcg10.Max());
        Assert.Contains(run.Epochs, point => point.Phase == "refit");
        var version = await trainer.RegisterAsync(StoreId.Main, run.Id);
        Assert.Equal(VersionStatus.Ready, version.Status);
        using var client = registry.CreateClient();
        var tried = (await new RegistryClient(client).FindLineageAsync(StoreId.Main, version.Model, version.Version))!.Origin.Trials;
        Assert.Equal(new TrialsOrigin(3, Assert.Single(trials, trial => trial.Chosen).Number), tried);
    }

    [Fact]
    public async Task Run_WithASearchOnNothing_FailsForTheCause()
    {
        var run = await FinishAsync(await StartAsync(7, """{"epochs":2,"search":{"dropout":{"min":0.1,"max":0.5}}}"""));
        Assert.Equal(RunState.Failed, run.State);
        Assert.Contains("Version 7 of the dataset 'shop' does not exist", run.Error, StringComparison.Ordinal);
        Assert.All((await trainer.TrialsAsync(StoreId.Main, run.Id)).Items, trial => Assert.Contains("Version 7", trial.Error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_StartedFromTheChampion_FetchesItsWeights()
    {
        var first = await trainer.RegisterAsync(StoreId.Main, (await FinishAsync(await StartAsync(1, """{"epochs":1,"dimensions":8,"length":6,"start":"champion"}"""))).Id);
        using var client = registry.CreateClient();
        var versions = new RegistryClient(client);
        await versions.SetAliasAsync(StoreId.Main, first.Model, "champion", new AliasRequest(first.Version, "test"));
        var files = (await versions.GetManifestAsync(StoreId.Main, first.Model, first.Version)).Files.Select(file => file.Path);

        var second = await FinishAsync(await StartAsync(1, """{"epochs":1,"dimensions":8,"length":6,"start":"champion"}"""));

        Assert.Contains("weights.safetensors", files);
        var origin = (await versions.FindLineageAsync(StoreId.Main, first.Model, first.Version))!.Origin;
        Assert.Equal(("shop", 1, "events.csv", null, null), (origin.Dataset!.Name, origin.Dataset.Version, Assert.Single(origin.Dataset.Sources!).File, origin.Parent, origin.Trials));
        Assert.Equal((RunState.Succeeded, null), (second.State, second.Error));
        // Nothing came after the champion, so it cannot be measured what starting there would bring.
        Assert.Contains("too little is new", await http.GetStringAsync($"/v1/runs/{second.Id}/log"), StringComparison.Ordinal);
        var registered = await trainer.RegisterAsync(StoreId.Main, second.Id);
        Assert.Null((await versions.FindLineageAsync(StoreId.Main, registered.Model, registered.Version))!.Origin.Parent); // so it began elsewhere
    }

    [Fact]
    public async Task Run_WithPictures_TakesTheChampionsVersion_AndWithoutOneIsRefused()
    {
        const string WithPictures = """{"epochs":1,"dimensions":8,"length":6,"pictures":"pictures"}""";
        var refused = await Assert.ThrowsAsync<ServiceException>(() => StartAsync(1, WithPictures));
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);

        using var client = registry.CreateClient();
        var versions = new RegistryClient(client);
        using var package = new Folder();
        PicturePackageFiles.Write(package.Path, new Dictionary<string, float[]> { ["p1"] = [1, 0], ["p2"] = [0, 1] });
        await DeployAsync(versions, "pictures", package.Path);
        var run = await FinishAsync(await StartAsync(1, WithPictures));

        Assert.Equal((RunState.Succeeded, null), (run.State, run.Error));
        Assert.Equal("pictures:1", run.Parameters["pictures"].GetString());
        Assert.Equal(2, run.Metrics["pictured_items"]);

        using var other = new Folder();
        await File.WriteAllTextAsync(Path.Combine(other.Path, "other.txt"), "no pictures");
        await DeployAsync(versions, "other", other.Path);
        Assert.Contains("is no model of pictures", (await FinishAsync(await StartAsync(1, WithPictures.Replace("\"pictures\"}", "\"other\"}", StringComparison.Ordinal)))).Error, StringComparison.Ordinal);
    }

    private static async Task DeployAsync(RegistryClient versions, string model, string folder)
    {
        var version = (await versions.CreateVersionAsync(StoreId.Main, model, new NewModelVersion(null, new Dictionary<string, double>(), new Dictionary<string, string>()), model)).Version;
        var files = new List<PackageFile>();
        foreach (var path in Directory.GetFiles(folder))
        {
            await versions.UploadAsync(StoreId.Main, model, version, Path.GetFileName(path), path);
            var content = await File.ReadAllBytesAsync(path);
            files.Add(new PackageFile(Path.GetFileName(path), content.Length, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content))));
        }
        await versions.CompleteAsync(StoreId.Main, model, new PackageManifest(model, version, files));
        await versions.SetAliasAsync(StoreId.Main, model, "champion", new AliasRequest(version, "test"));
    }

    [Fact]
    public async Task Run_OfADatasetThatIsNotThere_FailsAndSaysSo_AndCannotBeRegistered()
    {
        var run = await FinishAsync(await StartAsync(7, Quick));

        Assert.Equal(RunState.Failed, run.State);
        Assert.Contains("Version 7 of the dataset 'shop' does not exist", run.Error, StringComparison.Ordinal);
        using var register = await http.PostAsync($"/v1/runs/{run.Id}/register", null);
        await register.ProblemAsync(HttpStatusCode.Conflict, "run-not-succeeded");
    }

    [Fact]
    public async Task Start_SameKey_IsTheSameRun_AnotherRequestUnderItIsRefused()
    {
        dataPrep.IsAway = true;
        var request = Request(1, Quick);

        var first = await trainer.StartAsync(StoreId.Main, request, "key");
        var again = await trainer.StartAsync(StoreId.Main, request, "key");
        var other = await Assert.ThrowsAsync<ServiceException>(() => trainer.StartAsync(StoreId.Main, request with { DatasetVersion = 2 }, "key"));

        Assert.Equal(first.Id, again.Id);
        Assert.Equal((HttpStatusCode.Conflict, "urn:modelops:idempotency-key-reused"), (other.Status, other.Type));
    }

    [Theory]
    [InlineData("""{"epochs":0}""", "epochs")]
    [InlineData("""{"search":{"seed":[1]}}""", "search")]
    [InlineData("""{"architecture":"item-knn","search":{"dropout":[0.1]}}""", "search")]
    [InlineData("""{"epoch":3}""", "epoch")]
    [InlineData("""{"profile":"slow"}""", "profile")]
    public async Task Start_ParameterThatCannotBe_IsNamed(string parameters, string name)
    {
        using var answer = await http.PostAsJsonAsync("/v1/runs", Request(1, parameters));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains($"\"{name}\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancel_RunThatWaits_EndsIt()
    {
        dataPrep.IsAway = true;
        var run = await StartAsync(1, Quick);

        await trainer.CancelAsync(StoreId.Main, run.Id);

        Assert.Equal(RunState.Cancelled, (await trainer.GetAsync(StoreId.Main, run.Id)).State);
    }

    [Fact]
    public async Task List_PagesFromTheNewest_AndShowsNoOtherStoresRuns()
    {
        dataPrep.IsAway = true;
        var started = new List<Guid>();
        for (var number = 0; number < 5; number++)
            started.Insert(0, (await StartAsync(1, Quick)).Id);

        var first = await http.GetFromJsonAsync<Page<TrainingRun>>("/v1/runs?limit=3");
        var second = await http.GetFromJsonAsync<Page<TrainingRun>>($"/v1/runs?limit=3&after={first!.Next}");

        Assert.Equal(started, first.Items.Concat(second!.Items).Select(run => run.Id));
        Assert.Null(second.Next);
        Assert.Empty((await trainer.ListAsync(new StoreId("other"))).Items);
        await Assert.ThrowsAsync<ServiceException>(() => trainer.GetAsync(new StoreId("other"), started[0]));
        Assert.Equal(HttpStatusCode.BadRequest, (await http.GetAsync("/v1/runs?after=yesterday")).StatusCode);
    }

    [Fact]
    public async Task Unknown_Run_IsNotFound()
    {
        using var answer = await http.GetAsync($"/v1/runs/{Guid.NewGuid()}");
        await answer.ProblemAsync(HttpStatusCode.NotFound, "not-found");
    }

    private static TrainingRequest Request(int version, string parameters) => new("shop", version, "model", JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(parameters));

    private Task<TrainingRun> StartAsync(int version, string parameters) => trainer.StartAsync(StoreId.Main, Request(version, parameters), Guid.NewGuid().ToString());

    private async Task<TrainingRun> FinishAsync(TrainingRun run)
    {
        while (!run.State.IsFinal())
        {
            await Task.Delay(200, TestContext.Current.CancellationToken);
            run = await trainer.GetAsync(StoreId.Main, run.Id);
        }
        return run;
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await service.DisposeAsync();
        await registry.DisposeAsync();
        dataPrep.Dispose();
    }
}
