using System.Text.Json;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using ModelOps.Contracts.Versions;
using ModelOps.Registry;
using ModelOps.Tests;
using ModelOps.Trainer.Runs;

namespace ModelOps.Trainer.Tests.Runs;

/// <summary>A trainer beside a real registry, with settings of a test's own. Only data-prep is played.</summary>
internal sealed class TrainerService : IAsyncDisposable
{
    private readonly Service<RegistryDb> registry;
    private readonly Service<RunsDb> service;

    private TrainerService(Service<RegistryDb> registry, Service<RunsDb> service)
    {
        (this.registry, this.service) = (registry, service);
        Http = service.CreateClient();
        Client = new TrainerClient(Http);
        Registry = new RegistryClient(registry.CreateClient());
    }

    public static PlayedDataPrep NewDataPrep(bool isAway = false) => new() { IsAway = isAway };

    public HttpClient Http { get; }

    public TrainerClient Client { get; }

    public RegistryClient Registry { get; }

    public IServiceProvider Services => service.Services;

    public static async Task<TrainerService> StartAsync(Stores stores, PlayedDataPrep dataPrep, IReadOnlyDictionary<string, string>? settings = null, TimeProvider? time = null)
    {
        var registry = await stores.StartAsync<RegistryDb>(["registrydb"]);
        return new TrainerService(registry, await stores.StartAsync<RunsDb>(["runsdb"], builder =>
        {
            foreach (var (name, value) in settings ?? new Dictionary<string, string>())
                builder.UseSetting(name, value);
            builder.ConfigureTestServices(services =>
            {
                services.AddHttpClient<DataPrepClient>().ConfigurePrimaryHttpMessageHandler(() => dataPrep).SetHandlerLifetime(Timeout.InfiniteTimeSpan); // else it is disposed after two minutes
                services.AddHttpClient<RegistryClient>().ConfigurePrimaryHttpMessageHandler(() => registry.Server.CreateHandler());
                if (time is not null)
                    services.AddSingleton(time);
            });
        }));
    }

    public static TrainingRequest Request(string parameters, int version = 1) => new("shop", version, "model", JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(parameters));

    public Task<TrainingRun> StartAsync(string parameters, string? key = null, StoreId? store = null) => Client.StartAsync(store ?? StoreId.Main, Request(parameters), key ?? Guid.NewGuid().ToString());

    /// <summary>A run that has succeeded.</summary>
    public async Task<TrainingRun> TrainAsync(string parameters)
    {
        var run = await StartAsync(parameters);
        while (!run.State.IsFinal())
        {
            await Task.Delay(200, TestContext.Current.CancellationToken);
            run = await Client.GetAsync(StoreId.Main, run.Id);
        }
        Assert.Equal((RunState.Succeeded, null), (run.State, run.Error));
        return run;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await service.DisposeAsync();
        await registry.DisposeAsync();
    }
}
