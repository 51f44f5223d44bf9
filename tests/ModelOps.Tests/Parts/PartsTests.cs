using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Azure.Storage.Blobs;
using DuckDB.NET.Data;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Events;
using ModelOps.Contracts.Privacy;
using ModelOps.Contracts.Runs;
using ModelOps.DataPrep.Datasets;
using ModelOps.DataPrep.Mapping;
using ModelOps.DataPrep.Parts;
using ModelOps.DataPrep.Sources;
using ModelOps.DataPrep.Sources.Packing;
using ModelOps.EventLog;
using ModelOps.Jobs;
using ModelOps.Tests.Privacy;
using Npgsql;

namespace ModelOps.Tests.Parts;

/// <summary>Versions made in parts: the bytes of the single way, whatever happens to the replicas and to what they hand each other.</summary>
public sealed class PartsTests(Stores stores) : IAsyncLifetime
{
    private const string Ann = "ann@example.com";
    private const int PartBytes = 50_000;
    private readonly List<Service<DatasetsDb>> replicas = [];
    private IReadOnlyDictionary<string, string> settings = null!;

    /// <summary>A container of its own: other tests make versions in parts too, and what is left is counted here.</summary>
    public async ValueTask InitializeAsync()
    {
        await Container.CreateIfNotExistsAsync();
        settings = new Dictionary<string, string>(await stores.SettingsAsync("datasetsdb", "eventsdb")) { ["ConnectionStrings:datasetfiles"] = $"{Account};ContainerName={Container.Name}" };
    }

    [Fact]
    public async Task Version_IsTheSameBytes_AtAnyNumberOfPartsThreadsAndReplicas()
    {
        (string, string, string)[] files =
        [
            ("events", "january.csv", ShopFiles.Events(1, 1200)), ("events", "february.csv", ShopFiles.Events(2, 900)), ("events", "ga4.json", ShopFiles.JsonLines(250)),
            ("products", "products.csv", ShopFiles.Products()), ("users", "users.csv", ShopFiles.Users()),
        ];
        var single = Start(partBytes: long.MaxValue, threads: 2);
        var log = single.Services.GetRequiredService<ShopEvents>();
        await log.AppendAsync([.. Enumerable.Range(0, 60).Select(i => new LoggedEvent(StoreId.Main, $"{i}", i % 2 == 0 ? EventNames.View : EventNames.Purchase, $"u{i % 11}", $"visit-{i % 7}", new DateTimeOffset(2026, 2, 1 + i % 20, 9, 0, 0, TimeSpan.Zero), [new EventItem($"p{i}"), new EventItem("unheard-of")], null))]);
        await log.AppendImpressionsAsync([.. Enumerable.Range(0, 12).Select(i => new Impression(
            StoreId.Main, $"search-{i}", new DateTimeOffset(2026, 2, 3, 9, i, 0, TimeSpan.Zero), "search", 1, $"u{i % 6}", ["p1", "p2"], false, .002, Query: "mug", Search: new LoggedSearch("mug", 1, 0, 2, "all")))]);
        await Eventually.TrueAsync(async () => (await log.ReadAsync(null, 0, 100)).Events.Count == 60 && (await log.ReadImpressionsAsync(0, 100)).Events.Count == 12, "the settled events");
        var expected = await DescribeAsync(single, "single", files);
        await single.DisposeAsync();

        var large = Start(partBytes: 120_000, threads: 1);
        Assert.Equal(expected, await DescribeAsync(large, "one-replica", files));
        var small = Start(partBytes: 40_000, threads: 3);
        Assert.Equal(expected, await DescribeAsync(small, "two-replicas", files));

        Assert.Contains("time-order", expected, StringComparison.Ordinal);
        Assert.Contains(DatasetFiles.Searches, expected, StringComparison.Ordinal);
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Version_WithoutCatalogue_IsTheSameBytesInParts()
    {
        (string, string, string)[] files = [("events", "events.csv", ShopFiles.Events(3, 1300))];
        var single = Start(partBytes: long.MaxValue);
        var expected = await DescribeAsync(single, "single", files);

        Assert.Equal(expected, await DescribeAsync(Start(), "parts", files));
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Version_OfParquetAndArchives_IsTheSameBytesInParts()
    {
        var (parquet, zip) = (Parquet(), Zip()); // each writing gives other bytes
        var expected = await DescribeAsync(Start(partBytes: long.MaxValue), "single", parquet, zip);

        Assert.Equal(expected, await DescribeAsync(Start(partBytes: 30_000), "parts", parquet, zip));
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public void File_OfAnArchive_HasItsOwnShareOfItsBytes()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, Zip().Content);

            var files = Package.Files(new UploadedFile(SourceKind.Events, "both.zip", path, new FileInfo(path).Length, ""));

            Assert.Equal([Encoding.UTF8.GetByteCount(ShopFiles.Events(7, 300)), Encoding.UTF8.GetByteCount(ShopFiles.Events(8, 300))], files.Select(file => (int)file.Unpacked));
            Assert.True(files.Sum(file => file.Bytes) < new FileInfo(path).Length);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Replica_KilledInTheMiddle_CostsItsPart()
    {
        var replica = Start();
        var import = await ImportAsync(replica, "killed");
        var queue = replica.Services.GetRequiredService<JobQueue>();
        var held = await HoldAsync(replica, PartStage.Type, TimeSpan.FromSeconds(2)); // by a replica that is heard of no more

        Assert.Equal((RunState.Succeeded, null), await FinishAsync(replica, "killed", import));

        Assert.False(await queue.CompleteAsync(held)); // its lease is another's
        var parts = await JobsAsync(PartJob.Kind);
        Assert.True(parts.Count > 3, "It was made in parts.");
        Assert.All(parts, part => Assert.Equal((part.Id == held.Id ? 2 : 1, "succeeded"), (part.Attempt, part.State)));
        await AssertIsAsTheSingleWayAsync(replica, "killed");
    }

    [Fact]
    public async Task Progress_CountsPartsThatOthersMake()
    {
        var replica = Start(partBytes: 10_000);
        var import = await ImportAsync(replica, "followed");
        Job[] held = [await HoldAsync(replica, PartStage.Type, TimeSpan.FromMinutes(5)), await HoldAsync(replica, PartStage.Type, TimeSpan.FromMinutes(5))];
        var most = await ProgressAsync(replica, "followed", import, progress => progress is { Step: "reading", TotalParts: { } total } && progress.Parts == total - 2);

        await using (var scope = replica.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredKeyedService<IJobHandler>(PartJob.Kind).RunAsync(held[0], CancellationToken.None); // not for the import's job, which waits
        await replica.Services.GetRequiredService<JobQueue>().CompleteAsync(held[0]);
        using var http = replica.CreateClient();
        var listed = Assert.Single((await new DataPrepClient(http).ListImportsAsync(StoreId.Main)).Items).Progress!;

        Assert.True(most.TotalParts > 3, "It was made in parts.");
        Assert.Equal(("reading", most.TotalParts - 1, most.TotalParts), (listed.Step, listed.Parts, listed.TotalParts));
        await replica.Services.GetRequiredService<JobQueue>().ReleaseAsync(held[1]);
        Assert.Equal((RunState.Succeeded, null), await FinishAsync(replica, "followed", import));
    }

    [Fact]
    public async Task Part_ThatNoReplicaCanDo_HasTheImportTriedAgain()
    {
        var replica = Start();
        var import = await ImportAsync(replica, "full");
        var held = await HoldAsync(replica, PartStage.Type, TimeSpan.FromMinutes(5));
        await using (var scope = replica.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredKeyedService<IJobHandler>(PartJob.Kind).OnFailedAsync(held, "No space left on device", CancellationToken.None);
        await replica.Services.GetRequiredService<JobQueue>().FailAsync(held, "No space left on device");

        Assert.Equal((RunState.Succeeded, null), await FinishAsync(replica, "full", import));

        Assert.Equal(2, (await JobsAsync(ModelOps.DataPrep.Imports.ImportJob.Kind)).Single().Attempt);
        await AssertIsAsTheSingleWayAsync(replica, "full");
    }

    [Fact]
    public async Task Blobs_ThatTheStorageLoses_AreMadeAgain()
    {
        var replica = Start();
        var import = await ImportAsync(replica, "lost");
        var held = await HoldAsync(replica, PartStage.Judge, TimeSpan.FromMinutes(5));
        foreach (var blob in await BlobsAsync())
            await Container.DeleteBlobAsync(blob);
        await replica.Services.GetRequiredService<JobQueue>().ReleaseAsync(held);

        Assert.Equal((RunState.Succeeded, null), await FinishAsync(replica, "lost", import));

        await AssertIsAsTheSingleWayAsync(replica, "lost");
    }

    [Fact]
    public async Task Result_ThatIsLost_IsAskedForAgain()
    {
        var replica = Start();
        var import = await ImportAsync(replica, "cancelled");
        var queue = replica.Services.GetRequiredService<JobQueue>();
        var held = await HoldAsync(replica, PartStage.Label, TimeSpan.FromMinutes(5));
        await queue.CompleteAsync(held); // without a result

        Assert.Equal((RunState.Succeeded, null), await FinishAsync(replica, "cancelled", import));

        await AssertIsAsTheSingleWayAsync(replica, "cancelled");
    }

    [Theory]
    [InlineData("colours.csv", false, "colours.csv: no column was recognised as user_id")]
    [InlineData("torn.csv.gz", true, "torn.csv.gz: broken-archive")]
    public async Task Import_LargeFileThatCannotBeRead_IsRefusedByName(string name, bool isTorn, string says)
    {
        var replica = Start(partBytes: 2000);
        var content = Encoding.UTF8.GetBytes("colour,size\n" + string.Concat(Enumerable.Range(0, 4000).Select(i => $"red{i * 7919},{i}\n")));
        var import = await ImportAsync(replica, "refused", (name, isTorn ? Packed(content)[..^4000] : content), ("good.csv", Encoding.UTF8.GetBytes(ShopFiles.Events(4, 50))));

        var (state, error) = await FinishAsync(replica, "refused", import);

        Assert.Equal(RunState.Failed, state);
        Assert.Contains(says, error, StringComparison.Ordinal);
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Erase_WhileTheFirstVersionIsMade_WaitsForItAndTakesThePersonOut()
    {
        var replica = Start();
        var import = await ImportAsync(replica, "erased", ("events.csv", Encoding.UTF8.GetBytes(ShopFiles.Events(5, 900) + $"{Ann},p1,2026-01-05 10:00:00,view,1,2,s1,\n")));
        var held = await HoldAsync(replica, PartStage.Type, TimeSpan.FromMinutes(5));
        Start(); // erases; before, it would take the parts too

        using var http = replica.CreateClient();
        var erasure = await (await http.DeleteAsync($"/v1/users/{Uri.EscapeDataString(Ann)}")).ReadAsync<Erasure>();
        await Eventually.TrueAsync(async () => await CountAsync("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())") > 0, "the erasure to wait for the dataset's turn");
        await replica.Services.GetRequiredService<JobQueue>().ReleaseAsync(held);

        Assert.Equal((RunState.Succeeded, null), await FinishAsync(replica, "erased", import));
        await Eventually.TrueAsync(async () => (erasure = await (await http.GetAsync($"/v1/erasures/{erasure.Id}")).ReadAsync<Erasure>()).State.IsFinal(), "the erasure");
        Assert.Contains(erasure.Record!.Places, place => place is { Removed: 1, Remaining: 0 } && place.Place.StartsWith("dataset erased, version", StringComparison.Ordinal));
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Sweep_RemovesWhatKilledReplicasLeft()
    {
        var replica = Start();
        var builds = replica.Services.GetRequiredService<Builds>();
        string[] left = [];
        // With the dataset's turn, as versions are made: the replica sweeps once by itself when it starts.
        await using (await replica.Services.GetRequiredService<NpgsqlDataSource>().TakeTurnAsync(DatasetVersions.TurnOf(StoreId.Main, "dead"), CancellationToken.None))
        {
            var dead = await builds.BeginAsync(StoreId.Main, "dead", Guid.NewGuid(), CancellationToken.None);
            await builds.KeepAsync(dead, new BuildTerms(DateTimeOffset.UtcNow, new DatasetRules(), [], false, 1), CancellationToken.None);
            left = [$"{dead.Prefix}a", $"{StoreId.Main}/builds/{Guid.NewGuid()}/b"];
            foreach (var blob in left)
                await Container.UploadBlobAsync(blob, BinaryData.FromString("x"));
        }

        await Eventually.TrueAsync(async () =>
        {
            await builds.SweepAsync(DateTimeOffset.UtcNow.AddHours(-1), CancellationToken.None);
            return !(await BlobsAsync()).Contains(left[0]);
        }, "the dead build to be swept");
        Assert.Equal(left[1], Assert.Single(await BlobsAsync())); // another deployment's may be as young

        await builds.SweepAsync(DateTimeOffset.UtcNow.AddHours(1), CancellationToken.None);

        await AssertNothingIsLeftAsync();
    }

    private string Account => stores.Blobs[..stores.Blobs.LastIndexOf(";ContainerName=", StringComparison.Ordinal)];

    private BlobContainerClient Container => new(Account, "parts");

    private static IReadOnlyList<(string, byte[])> SomeEvents => [("events.csv", Encoding.UTF8.GetBytes(ShopFiles.Events(6, 1000)))];

    private Service<DatasetsDb> Start(long partBytes = PartBytes, int threads = 1)
    {
        var replica = new Service<DatasetsDb>(settings, host => MonitorThatKnowsNobody.Answer(host.UseSetting("DataPrep:PartBytes", partBytes.ToString(CultureInfo.InvariantCulture)).UseSetting("DataPrep:Threads", threads.ToString(CultureInfo.InvariantCulture))
            .UseSetting("Jobs:RetryDelay", "00:00:00.05").UseSetting("Jobs:Poll", "00:00:00.2")));
        replica.CreateClient().Dispose(); // which starts it
        replicas.Add(replica);
        return replica;
    }

    /// <summary>All that a version says of itself, its files' hashes among it, but for its name.</summary>
    private static async Task<string> DescribeAsync(Service<DatasetsDb> replica, string dataset, params (string, string, string)[] files)
    {
        using var http = replica.CreateClient();
        await (await http.PostAsync($"/v1/datasets?name={dataset}", Http.Form(files))).ReadAsync<DatasetVersion>();
        return await DescribeAsync(http, dataset);
    }

    private static async Task<string> DescribeAsync(Service<DatasetsDb> replica, string dataset, params (string Name, byte[] Content)[] events)
    {
        using var http = replica.CreateClient();
        using var form = new MultipartFormDataContent();
        foreach (var (name, content) in events)
            form.Add(new ByteArrayContent(content), "events", name);
        await (await http.PostAsync($"/v1/datasets?name={dataset}", form)).ReadAsync<DatasetVersion>();
        return await DescribeAsync(http, dataset);
    }

    private static async Task<string> DescribeAsync(HttpClient http, string dataset)
    {
        var lineage = await http.GetStringAsync($"/v1/datasets/{dataset}/versions/1/lineage");
        var statistics = await http.GetStringAsync($"/v1/datasets/{dataset}/versions/1/statistics");
        var report = await http.GetStringAsync($"/v1/datasets/{dataset}/versions/1/report");
        var all = Regex.Replace($"{lineage}\n{statistics}\n{report}", "\"eventCursor\":[0-9]+", ""); // moves with the clock
        return all.Replace($"\"{dataset}\"", "\"it\"", StringComparison.Ordinal).Replace("},{", "},\n{", StringComparison.Ordinal);
    }

    private static Task<Guid> ImportAsync(Service<DatasetsDb> replica, string dataset) => ImportAsync(replica, dataset, [.. SomeEvents]);

    private static async Task<Guid> ImportAsync(Service<DatasetsDb> replica, string dataset, params (string Name, byte[] Content)[] files)
    {
        using var http = replica.CreateClient();
        var sources = new List<ImportSource>();
        foreach (var (name, content) in files)
            sources.Add(new ImportSource("events", (await (await http.PostAsync($"/v1/uploads?file={name}", new ByteArrayContent(content))).ReadAsync<UploadStatus>()).Id));
        return (await new DataPrepClient(http).ImportAsync(StoreId.Main, dataset, new ImportRequest(sources), dataset)).Id;
    }

    private static async Task<(RunState State, string? Error)> FinishAsync(Service<DatasetsDb> replica, string dataset, Guid id)
    {
        using var http = replica.CreateClient();
        Import? import = null;
        await Eventually.TrueAsync(async () => (import = await new DataPrepClient(http).GetImportAsync(StoreId.Main, dataset, id)).State.IsFinal(), "the import");
        return (import!.State, import.Error);
    }

    private static async Task<ImportProgress> ProgressAsync(Service<DatasetsDb> replica, string dataset, Guid id, Func<ImportProgress, bool> isSo)
    {
        using var http = replica.CreateClient();
        ImportProgress? progress = null;
        await Eventually.TrueAsync(async () => (progress = (await new DataPrepClient(http).GetImportAsync(StoreId.Main, dataset, id)).Progress) is { } told && isSo(told), "the import's progress");
        return progress!;
    }

    /// <summary>Leases a part of a stage, as another replica would, and does nothing with it.</summary>
    private static async Task<Job> HoldAsync(Service<DatasetsDb> replica, PartStage stage, TimeSpan lease)
    {
        var (queue, builds) = (replica.Services.GetRequiredService<JobQueue>(), replica.Services.GetRequiredService<Builds>());
        Job? held = null;
        await Eventually.TrueAsync(async () =>
        {
            if (await queue.LeaseAsync([PartJob.Kind], "a test", lease) is not { } job)
                return false;
            await using var database = builds.Open();
            if (await database.Parts.AnyAsync(part => part.JobId == job.Id && part.Stage == stage))
                held = job;
            else
                await queue.ReleaseAsync(job);
            return held is not null;
        }, $"a part of the stage {stage}");
        return held!;
    }

    private async Task<List<(Guid Id, int Attempt, string State)>> JobsAsync(string kind)
    {
        await using var database = NpgsqlDataSource.Create(settings["ConnectionStrings:datasetsdb"]);
        await using var command = database.CreateCommand("SELECT id, attempt, state FROM jobs WHERE kind = $1");
        command.Parameters.Add(new() { Value = kind });
        await using var reader = await command.ExecuteReaderAsync();
        var jobs = new List<(Guid, int, string)>();
        while (await reader.ReadAsync())
            jobs.Add((reader.GetGuid(0), reader.GetInt32(1), reader.GetString(2)));
        return jobs;
    }

    private async Task<long> CountAsync(string sql)
    {
        await using var database = NpgsqlDataSource.Create(settings["ConnectionStrings:datasetsdb"]);
        await using var command = database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task AssertIsAsTheSingleWayAsync(Service<DatasetsDb> replica, string dataset)
    {
        using var http = replica.CreateClient();
        var expected = await DescribeAsync(Start(partBytes: long.MaxValue), "single", [.. SomeEvents.Select(file => ("events", file.Item1, Encoding.UTF8.GetString(file.Item2)))]);
        Assert.Equal(expected, await DescribeAsync(http, dataset));
        await AssertNothingIsLeftAsync();
    }

    private async Task AssertNothingIsLeftAsync()
    {
        await using var database = replicas[^1].Services.GetRequiredService<Builds>().Open();
        Assert.Empty(await database.Builds.ToListAsync());
        Assert.Empty(await database.Parts.ToListAsync());
        Assert.Empty(await BlobsAsync());
        var scratch = Path.Combine(Path.GetTempPath(), $"modelops-data-prep-{Environment.UserName}");
        var folders = Directory.Exists(scratch) ? Directory.GetDirectories(scratch, $"{Environment.ProcessId}-*") : [];
        Assert.DoesNotContain(folders, folder => Directory.Exists(Path.Combine(folder, "round-1")));
    }

    private async Task<List<string>> BlobsAsync()
    {
        var names = new List<string>();
        await foreach (var blob in Container.GetBlobsAsync(Azure.Storage.Blobs.Models.BlobTraits.None, Azure.Storage.Blobs.Models.BlobStates.None, $"{StoreId.Main}/builds/", CancellationToken.None))
            names.Add(blob.Name);
        return names;
    }

    /// <summary>More rows than are read at once, in about 60 kB.</summary>
    private static (string Name, byte[] Content) Parquet()
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.parquet");
        try
        {
            using var duck = new DuckDBConnection("DataSource=:memory:");
            duck.Open();
            duck.Execute($"""
                COPY (SELECT 'u' || (i * 31 % 170) AS user_id, 'p' || (i * 17 % 90) AS item_id, TIMESTAMP '2026-01-01' + to_seconds(i * 7919 % 900000) AS timestamp,
                    CASE WHEN i % 5 = 0 THEN 'purchase' ELSE 'view' END AS event, (i % 97) / 8.0 AS price FROM range(6500) rows(i))
                TO {Sql.Literal(path)} (FORMAT parquet)
                """);
            return ("events.parquet", File.ReadAllBytes(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static (string Name, byte[] Content) Zip()
    {
        using var packed = new MemoryStream();
        using (var archive = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var seed in new[] { 7, 8 })
            {
                using var entry = archive.CreateEntry($"{seed}.csv").Open();
                entry.Write(Encoding.UTF8.GetBytes(ShopFiles.Events(seed, 300)));
            }
        }
        return ("both.zip", packed.ToArray());
    }

    private static byte[] Packed(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(content);
        return packed.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in replicas)
            await replica.DisposeAsync();
    }
}
