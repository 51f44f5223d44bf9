using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using ModelOps.Contracts;
using ModelOps.Contracts.Runs;
using ModelOps.Contracts.Versions;

namespace ModelOps.Bench.Serving;

/// <summary>The whole product with Beauty as its shop, a network deployed, on a data folder and ports of its own.</summary>
internal sealed class Shop : IAsyncDisposable
{
    public const string Model = "recommend";

    private readonly string data;
    private readonly Process process;
    private readonly HttpClient engine;

    private readonly bool isKept;

    private Shop(string data, bool isKept, Process process, HttpClient engine) => (this.data, this.isKept, this.process, this.engine) = (data, isKept, process, engine);

    public RegistryClient Registry { get; private set; } = null!;

    /// <summary>Of the inference service.</summary>
    public int ProcessId { get; private set; }

    /// <summary>Its own, without the local engine's proxy before it.</summary>
    public int Port { get; private set; }

    /// <summary>The proxy's: there are answers while a replica restarts elsewhere.</summary>
    public int PublicPort { get; private set; }

    /// <param name="kept">A folder that stays, and whose models are used again.</param>
    public static async Task<Shop> OpenAsync(string interactions, string products, string? kept)
    {
        var data = kept ?? Directory.CreateTempSubdirectory("modelops-bench-serving-").FullName;
        var start = new ProcessStartInfo("dotnet", ["run", "-c", "Release", "--project", "ModelOps.AppHost", "--", "--Demo=false"]) { RedirectStandardOutput = true };
        start.Environment["MODELOPS_DATA"] = data;
        start.Environment["MODELOPS_PORTS"] = "dynamic";
        var process = Process.Start(start)!;
        string? address = null;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("Now listening on: ", StringComparison.Ordinal))
                address = line["Now listening on: ".Length..];
            if (line.Contains("Distributed application started", StringComparison.Ordinal))
                break;
        }
        _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null); // nobody reads on, and a full pipe would stop it
        var shop = new Shop(data, kept is not null, process, new HttpClient { BaseAddress = new Uri(address ?? throw new InvalidOperationException("The stack did not start; see its output.")) });
        await shop.FillAsync(interactions, products);
        return shop;
    }

    private async Task FillAsync(string interactions, string products)
    {
        Registry = new RegistryClient(await ClientAsync("registry"));
        if (await Registry.FindAsync(StoreId.Main, Model) is not null)
        {
            await FindServerAsync();
            return;
        }
        using var upload = new MultipartFormDataContent { { new StreamContent(File.OpenRead(interactions)), "events", "interactions.csv" }, { new StreamContent(File.OpenRead(products)), "products", "items.csv" } };
        using var prepared = await (await ClientAsync("data-prep")).PostAsync(new Uri("/v1/datasets?name=beauty", UriKind.Relative), upload);
        if (!prepared.IsSuccessStatusCode)
            throw new InvalidOperationException(await prepared.Content.ReadAsStringAsync());
        await TrainAsync();
        await TrainAsync();
        await FindServerAsync();
    }

    /// <summary>A version of a SASRec alone, deployed. A few passes: what it recommends is not measured here.</summary>
    private async Task TrainAsync()
    {
        var pipeline = new PipelineClient(await ClientAsync("pipeline"));
        var parameters = new Dictionary<string, JsonElement>();
        foreach (var (name, value) in new[] { ("architecture", "sasrec"), ("fuse", "none"), ("epochs", "4"), ("protocol", "leave-one-out"), ("excludeSeen", "true"), ("refit", "none"), ("compression", "none") })
            parameters[name] = JsonSerializer.SerializeToElement(value);
        var run = await pipeline.StartAsync(StoreId.Main, new PipelineRunRequest("recommend", "beauty", Model, parameters));
        while (!run.State.IsFinal())
        {
            await Task.Delay(1000);
            run = await pipeline.GetAsync(StoreId.Main, run.Id);
        }
        if (run.State != RunState.Succeeded)
            throw new InvalidOperationException($"The training ended as {run.State}: {JsonSerializer.Serialize(run, JsonSerializerOptions.Web)}");
    }

    /// <summary>The inference replica that runs now.</summary>
    public async Task FindServerAsync()
    {
        ProcessId = await ProcessOfAsync("inference");
        var urls = (await File.ReadAllTextAsync($"/proc/{ProcessId}/environ")).Split('\0').First(variable => variable.StartsWith("ASPNETCORE_URLS=", StringComparison.Ordinal));
        Port = new Uri(urls["ASPNETCORE_URLS=".Length..].Split(';')[0]).Port;
        PublicPort = (await UrlAsync("inference")).Port;
    }

    public async Task<int> ProcessOfAsync(string resource) => (await ResourceAsync(resource)).GetProperty("replicas")[0].GetProperty("processId").GetInt32();

    public async Task<HttpClient> ClientAsync(string resource) => new() { BaseAddress = await UrlAsync(resource), Timeout = TimeSpan.FromMinutes(10) };

    public Task DeployAsync(int version) => Registry.SetAliasAsync(StoreId.Main, Model, "champion", new AliasRequest(version, Reason: "bench"));

    /// <summary>The graph of the first version.</summary>
    public async Task<string> DownloadGraphAsync()
    {
        var path = Path.Combine(data, "bench.onnx");
        await Registry.DownloadAsync(StoreId.Main, Model, 1, "model.onnx", path);
        return path;
    }

    private async Task<Uri> UrlAsync(string resource) => new((await ResourceAsync(resource)).GetProperty("urls")[0].GetString()!);

    private async Task<JsonElement> ResourceAsync(string name) =>
        (await engine.GetFromJsonAsync<JsonElement>(new Uri("/api/resources", UriKind.Relative))).EnumerateArray().Single(resource => resource.GetProperty("name").GetString() == name);

    public async ValueTask DisposeAsync()
    {
        var host = int.Parse(await File.ReadAllTextAsync(Path.Combine(data, "engine.pid")), CultureInfo.InvariantCulture);
        using (var interrupt = Process.Start("kill", ["-INT", $"{host}"]))
            await interrupt.WaitForExitAsync();
        await process.WaitForExitAsync();
        process.Dispose();
        engine.Dispose();
        if (!isKept)
            Directory.Delete(data, recursive: true);
    }
}
