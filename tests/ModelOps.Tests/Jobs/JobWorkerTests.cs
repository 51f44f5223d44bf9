using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ModelOps.Contracts;
using ModelOps.Jobs;
using Npgsql;

namespace ModelOps.Tests.Jobs;

public sealed class JobWorkerTests(Stores stores)
{
    [Fact]
    public async Task Worker_TransientFailure_TriesAgainUntilItSucceeds()
    {
        var oven = new Oven { FailuresLeft = 2 };
        using var host = await StartAsync(oven);

        await host.Services.GetRequiredService<JobQueue>().EnqueueAsync(Guid.NewGuid(), StoreId.Main, "bake");

        await Eventually.TrueAsync(() => oven.Baked.Count == 1, "the job's success");
        Assert.Equal(3, oven.Baked.Single().Attempt);
        Assert.Empty(oven.Failed);
    }

    [Fact]
    public async Task Worker_JobThatWaitsForSomethingOutside_IsRunAgainWithoutCostingAttempts()
    {
        var oven = new Oven { PowerCuts = 5 };
        using var host = await StartAsync(oven, maxAttempts: 2);

        await host.Services.GetRequiredService<JobQueue>().EnqueueAsync(Guid.NewGuid(), StoreId.Main, "bake");

        await Eventually.TrueAsync(() => oven.Baked.Count == 1, "the job's success");
        Assert.Equal((1, 6), (oven.Baked.Single().Attempt, oven.Attempts));
        Assert.Empty(oven.Failed);
    }

    [Fact]
    public async Task Worker_FinalFailure_IsToldOnceAndNotRepeated()
    {
        var oven = new Oven { Final = true };
        using var host = await StartAsync(oven);

        await host.Services.GetRequiredService<JobQueue>().EnqueueAsync(Guid.NewGuid(), StoreId.Main, "bake");

        await Eventually.TrueAsync(() => !oven.Failed.IsEmpty, "the job's failure");
        await Task.Delay(300);
        Assert.Equal("no flour", Assert.Single(oven.Failed));
        Assert.Equal(1, oven.Attempts);
    }

    [Fact]
    public async Task Worker_StoppingService_GivesTheJobBack()
    {
        var oven = new Oven { Endless = true };
        using var host = await StartAsync(oven);
        var queue = host.Services.GetRequiredService<JobQueue>();
        await queue.EnqueueAsync(Guid.NewGuid(), StoreId.Main, "bake");
        await Eventually.TrueAsync(() => oven.Attempts == 1, "the job's start");

        await host.StopAsync();

        using var other = await StartAsync(new Oven { Endless = true }, host.Services.GetRequiredService<NpgsqlDataSource>().ConnectionString);
        await Eventually.TrueAsync(() => other.Services.GetRequiredService<Oven>().Attempts == 1, "the job on the other replica");
    }

    [Fact]
    public async Task Worker_CancelledJob_IsStopped()
    {
        var oven = new Oven { Endless = true };
        using var host = await StartAsync(oven);
        var queue = host.Services.GetRequiredService<JobQueue>();
        var id = Guid.NewGuid();
        await queue.EnqueueAsync(id, StoreId.Main, "bake");
        await Eventually.TrueAsync(() => oven.Attempts == 1, "the job's start");

        await queue.CancelAsync(id);

        await Eventually.TrueAsync(() => oven.Stopped, "the job's end");
    }

    [Fact]
    public async Task Worker_KindApart_DoesNotWaitForTheOthers()
    {
        var oven = new Oven { Endless = true };
        using var host = await StartAsync(oven);
        var queue = host.Services.GetRequiredService<JobQueue>();
        await queue.EnqueueAsync(Guid.NewGuid(), StoreId.Main, "bake");
        await Eventually.TrueAsync(() => oven.Attempts == 1, "the only worker of its lane to be busy");

        await queue.EnqueueAsync(Guid.NewGuid(), StoreId.Main, "bake");
        await queue.EnqueueAsync(Guid.NewGuid(), StoreId.Main, "sweep");

        await Eventually.TrueAsync(() => oven.IsSwept, "the job of the kind apart");
        Assert.Equal(1, oven.Attempts);
    }

    private async Task<IHost> StartAsync(Oven oven, string? connectionString = null, int maxAttempts = 20)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["Jobs:Lease"] = "00:00:02";
        builder.Configuration["Jobs:RetryDelay"] = "00:00:00.05";
        builder.Configuration["Jobs:MaxDelay"] = "00:00:00.05";
        builder.Configuration["Jobs:Poll"] = "00:00:00.2";
        builder.Configuration["Jobs:MaxAttempts"] = $"{maxAttempts}";
        builder.Services.AddLogging();
        var database = connectionString ?? await stores.NewDatabaseAsync();
        builder.Services.AddSingleton(_ => NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database) { PersistSecurityInfo = true }));
        builder.Services.AddSingleton(oven);
        builder.Configuration["Jobs:Concurrency"] = "1";
        builder.Services.AddJobs().AddJobHandler<Baker>("bake").AddJobHandler<Sweeper>("sweep", isApart: true);
        var host = builder.Build();
        await host.Services.GetRequiredService<JobQueue>().CreateSchemaAsync();
        await host.StartAsync();
        return host;
    }

    private sealed class Oven
    {
        public int FailuresLeft;
        public int PowerCuts;
        public int Attempts;
        public bool Final { get; init; }
        public bool Endless { get; init; }
        public bool Stopped { get; set; }
        public bool IsSwept { get; set; }
        public ConcurrentBag<Job> Baked { get; } = [];
        public ConcurrentBag<string> Failed { get; } = [];
    }

    private sealed class Sweeper(Oven oven) : IJobHandler
    {
        public Task RunAsync(Job job, CancellationToken cancellationToken)
        {
            oven.IsSwept = true;
            return Task.CompletedTask;
        }

        public Task OnFailedAsync(Job job, string error, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class Baker(Oven oven) : IJobHandler
    {
        public async Task RunAsync(Job job, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref oven.Attempts);
            if (oven.Final)
                throw new FinalJobFailureException("no flour");
            if (Interlocked.Decrement(ref oven.PowerCuts) >= 0)
                throw new JobPostponedException("no power");
            if (Interlocked.Decrement(ref oven.FailuresLeft) >= 0)
                throw new IOException("oven cold");
            try
            {
                await Task.Delay(oven.Endless ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, cancellationToken);
            }
            finally
            {
                oven.Stopped = true;
            }
            oven.Baked.Add(job);
        }

        public Task OnFailedAsync(Job job, string error, CancellationToken cancellationToken)
        {
            oven.Failed.Add(error);
            return Task.CompletedTask;
        }
    }
}
