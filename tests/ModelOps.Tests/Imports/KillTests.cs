using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Runs;
using Npgsql;
using DatasetsDb = ModelOps.DataPrep.Datasets.DatasetsDb;

namespace ModelOps.Tests.Imports;

/// <summary>kill -9 of data-prep in the middle of an import: it is taken up again and gives the bytes that an uninterrupted one gives.</summary>
public sealed class KillTests(Stores stores)
{
    private const int Kills = 10;
    private const int Tries = 4 * Kills; // an import may be past the moment before the signal reaches the process
    private const int Files = 4;
    private static readonly string[] Compared = [DatasetFiles.Events, DatasetFiles.Products, DatasetFiles.Quarantine, DatasetFiles.Users];

    [Fact]
    public async Task Import_KilledAtTenMomentsOfItsWork_GivesTheSameBytes()
    {
        var settings = await SettingsAsync();
        await using var dataPrep = new ServiceProcess<DatasetsDb>(settings, FreePort.Take());
        await dataPrep.StartAsync();
        await using var database = NpgsqlDataSource.Create(settings["ConnectionStrings:datasetsdb"]);
        var whole = await StartAsync(dataPrep, "whole");
        await ReachedAsync(database, whole, "preparing", 0);
        var started = Stopwatch.GetTimestamp();
        await ReachedAsync(database, whole, "cleaning up", 0);
        var preparing = Stopwatch.GetElapsedTime(started);
        Assert.Null((await FinishAsync(dataPrep, "whole", whole)).Error);
        var expected = await FilesAsync(dataPrep, "whole");

        var random = new Random(20261124);
        var hits = new List<(string State, string Stage, int Fetched)>();
        for (var attempt = 0; hits.Count < Kills; attempt++)
        {
            Assert.True(attempt < Tries, $"Of {attempt} kills only these hit an import where they should: {string.Join(", ", hits)}.");
            var dataset = $"killed{attempt}";
            // Four while it fetches, each after one more file; the others while the version is made.
            var (stage, fetched) = hits.Count < Files ? ("fetching", hits.Count) : ("preparing", 0);
            var import = await StartAsync(dataPrep, dataset);
            await ReachedAsync(database, import, stage, fetched);
            if (stage == "preparing")
                await Task.Delay(preparing * random.NextDouble());
            await dataPrep.KillAsync();
            var at = await WhereAsync(database, import);
            if (at.State == nameof(RunState.Running) && at.Stage == stage)
                hits.Add(at);
            await dataPrep.StartAsync();

            var finished = await FinishAsync(dataPrep, dataset, import);

            Assert.Equal((RunState.Succeeded, null, 1), (finished.State, finished.Error, finished.Version));
            Assert.Single((await new DataPrepClient(dataPrep.Http).FindAsync(StoreId.Main, dataset))!.Versions);
            foreach (var (file, bytes) in await FilesAsync(dataPrep, dataset))
                Assert.True(expected[file].AsSpan().SequenceEqual(bytes), $"{file} differs after kill {attempt}, at {at}.");
        }
        Assert.Equal((Files, Kills - Files), (hits.Count(hit => hit.Stage == "fetching"), hits.Count(hit => hit.Stage == "preparing")));
    }

    /// <summary>Made in parts by two processes, of which one is killed and does not come back until the other is done.</summary>
    [Fact]
    public async Task ImportInParts_OneOfTwoReplicasKilled_TheOtherGivesTheSameBytes()
    {
        var settings = await SettingsAsync();
        Dictionary<string, byte[]> expected;
        await using (var single = new ServiceProcess<DatasetsDb>(settings, FreePort.Take()))
        {
            await single.StartAsync();
            Assert.Null((await FinishAsync(single, "whole", await StartAsync(single, "whole"))).Error);
            expected = await FilesAsync(single, "whole");
        }
        settings["DataPrep:PartBytes"] = "200000";
        await using var stays = new ServiceProcess<DatasetsDb>(settings, FreePort.Take());
        await using var killed = new ServiceProcess<DatasetsDb>(settings, FreePort.Take());
        await stays.StartAsync();
        await using var jobs = NpgsqlDataSource.Create(settings["ConnectionStrings:datasetsdb"]);
        for (var moment = 0; moment < 2; moment++)
        {
            var dataset = $"parted{moment}";
            await killed.StartAsync();
            var done = await PartsAsync(jobs, "succeeded");
            var import = await StartAsync(stays, dataset);
            await Eventually.TrueAsync(async () => (await PartsAsync(jobs, "leased") > 0 && await PartsAsync(jobs, "succeeded") >= done + moment * 4)
                || stays.IsRunning() && (await new DataPrepClient(stays.Http).GetImportAsync(StoreId.Main, dataset, import)).State.IsFinal(), "parts under way");
            await killed.KillAsync();

            var finished = await FinishAsync(stays, dataset, import);

            Assert.Equal((RunState.Succeeded, null, 1), (finished.State, finished.Error, finished.Version));
            Assert.True(await PartsAsync(jobs, "succeeded") > done + 3, "It was made in parts.");
            foreach (var (file, bytes) in await FilesAsync(stays, dataset))
                Assert.True(expected[file].AsSpan().SequenceEqual(bytes), $"{file} differs after kill {moment}.");
        }
    }

    /// <summary>Waits until an import has come to a stage, or past it.</summary>
    private static Task ReachedAsync(NpgsqlDataSource database, Guid import, string stage, int fetched)
    {
        string[] stages = ["queued", "fetching", "preparing", "cleaning up", "done"];
        return Eventually.TrueAsync(async () => await WhereAsync(database, import) is var at && (Array.IndexOf(stages, at.Stage) > Array.IndexOf(stages, stage) || (at.Stage == stage && at.Fetched >= fetched)), $"the import to be {stage}", TimeSpan.FromMilliseconds(10));
    }

    /// <summary>How far an import is, as the database knows.</summary>
    private static async Task<(string State, string Stage, int Fetched)> WhereAsync(NpgsqlDataSource database, Guid import)
    {
        await using var command = database.CreateCommand("SELECT state, stage, jsonb_array_length(fetched) FROM imports WHERE id = $1");
        command.Parameters.Add(new() { Value = import });
        await using var reader = await command.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        return (reader.GetString(0), reader.GetString(1), reader.GetInt32(2));
    }

    private static async Task<long> PartsAsync(NpgsqlDataSource jobs, string state)
    {
        await using var command = jobs.CreateCommand("SELECT count(*) FROM jobs WHERE kind LIKE 'part, %' AND state = $1");
        command.Parameters.Add(new() { Value = state });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task<Dictionary<string, string>> SettingsAsync() => new()
    {
        ["ConnectionStrings:datasetfiles"] = stores.Blobs,
        ["ConnectionStrings:datasetsdb"] = await stores.NewDatabaseAsync(),
        ["ConnectionStrings:eventsdb"] = await stores.NewDatabaseAsync(),
        ["Jobs:Lease"] = "00:00:02",
        ["Jobs:Poll"] = "00:00:00.2",
    };

    private static async Task<Guid> StartAsync(ServiceProcess<DatasetsDb> dataPrep, string dataset)
    {
        var sources = new List<ImportSource>();
        for (var file = 0; file < Files; file++)
            sources.Add(new ImportSource("events", await UploadAsync(dataPrep, Events(file))));
        sources.Add(new ImportSource("users", await UploadAsync(dataPrep, "user_id,age\n" + string.Concat(Enumerable.Range(0, 500).Select(i => $"{i},{20 + i % 50}\n")))));
        return (await new DataPrepClient(dataPrep.Http).ImportAsync(StoreId.Main, dataset, new ImportRequest(sources), dataset)).Id;
    }

    private static string Events(int file) =>
        "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,QUANTITY\n" + string.Concat(Enumerable.Range(0, 5_000).Select(i =>
            string.Create(CultureInfo.InvariantCulture, $"{i * 31 % 700},p{(i + file) * 17 % 300},{1_600_000_000 + file * 86_400 + i * 5},{(i % 7 == 0 ? "purchase" : "view")},{(i % 997 == 0 ? "\"1\"x" : "1")}\n")));

    private static async Task<Guid> UploadAsync(ServiceProcess<DatasetsDb> dataPrep, string content)
    {
        using var body = new ByteArrayContent(Encoding.UTF8.GetBytes(content));
        return (await (await dataPrep.Http.PostAsync("/v1/uploads?file=part.csv", body)).ReadAsync<UploadStatus>()).Id;
    }

    private static async Task<Import> FinishAsync(ServiceProcess<DatasetsDb> dataPrep, string dataset, Guid id)
    {
        var client = new DataPrepClient(dataPrep.Http);
        Import? import = null;
        await Eventually.TrueAsync(async () => dataPrep.IsRunning() && (import = await client.GetImportAsync(StoreId.Main, dataset, id)).State.IsFinal(), "the import");
        return import!;
    }

    private static async Task<Dictionary<string, byte[]>> FilesAsync(ServiceProcess<DatasetsDb> dataPrep, string dataset)
    {
        var files = new Dictionary<string, byte[]>();
        foreach (var file in Compared)
            files[file] = await dataPrep.Http.GetByteArrayAsync($"/v1/datasets/{dataset}/versions/1/files/{file}");
        return files;
    }
}
