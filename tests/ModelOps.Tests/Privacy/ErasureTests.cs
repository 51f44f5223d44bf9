using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DuckDB.NET.Data;
using Microsoft.Extensions.DependencyInjection;
using ModelOps.Contracts;
using ModelOps.Contracts.Datasets;
using ModelOps.Contracts.Events;
using ModelOps.Contracts.Privacy;
using ModelOps.Contracts.Runs;
using ModelOps.DataPrep.Datasets;
using ModelOps.DataPrep.Sources;
using ModelOps.EventLog;

namespace ModelOps.Tests.Privacy;

public sealed class ErasureTests(Stores stores) : IAsyncLifetime
{
    private const string Header = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\n";
    private const string Ann = "ann@example.com";
    private Service<DatasetsDb> service = null!;
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        service = await stores.StartAsync<DatasetsDb>(["datasetsdb", "eventsdb"], MonitorThatKnowsNobody.Answer);
        http = service.CreateClient();
    }

    [Fact]
    public async Task Erase_RemovesThePersonEverywhere_AndSignsIt()
    {
        var csv = Header + $"{Ann},a1,1300000000,view\nbob,a1,1300000100,view\n{Ann},,1300000200,view\nbob,b2,1300000300,purchase\n";
        await UploadAsync("one", csv);
        await UploadAsync("two", Header + "bob,a1,1300000000,view\n");
        var log = service.Services.GetRequiredService<ShopEvents>();
        await log.AppendAsync(
        [
            new LoggedEvent(StoreId.Main, "1", EventNames.Purchase, Ann, "visit-1", DateTimeOffset.UtcNow.AddHours(-1), [new EventItem("a1")], null),
            new LoggedEvent(StoreId.Main, "2", EventNames.View, null, "visit-1", DateTimeOffset.UtcNow.AddHours(-1), [new EventItem("a1")], null), // before she signed in
            new LoggedEvent(StoreId.Main, "3", EventNames.View, "bob", "visit-2", DateTimeOffset.UtcNow.AddHours(-1), [new EventItem("a1")], null),
        ]);
        await Eventually.TrueAsync(async () => (await log.ReadAsync(null, 0, 10)).Events.Count == 3, "the settled events");
        var bytesBefore = await SourceBytesAsync();
        Assert.Contains(Ann, bytesBefore, StringComparison.Ordinal);

        var erasure = await EraseAsync(Ann);

        // What the record says,
        var places = erasure.Record!.Places.ToDictionary(place => $"{place.Place}: {place.What}", place => (place.Removed, place.Remaining));
        Assert.Equal((2L, 0L), places["event log: events"]);
        Assert.Equal((2L, 0L), places["dataset one, source events.csv: rows of the source, which was written anew"]);
        Assert.All(places.Values, place => Assert.Equal(0, place.Remaining));
        Assert.DoesNotContain(places.Keys, place => place.Contains("two", StringComparison.Ordinal));
        // and that it is so.
        var rows = await EventsAsync("one", 2);
        Assert.All(rows, row => Assert.Equal("bob", row));
        Assert.Equal(3, rows.Count);
        await (await http.GetAsync($"/v1/datasets/one/versions/1/files/{DatasetFiles.Events}")).ProblemAsync(HttpStatusCode.Gone, "version-removed");
        Assert.DoesNotContain(Ann, await SourceBytesAsync(), StringComparison.Ordinal);
        Assert.Single((await log.ReadAsync(null, 0, 10)).Events);
    }

    [Fact]
    public async Task Erase_Signature_HoldsForTheRecordAndNoOther()
    {
        await UploadAsync("one", Header + "ann,a1,1300000000,view\nbob,a1,1300000100,view\n");

        var erasure = await EraseAsync("ann");

        using var key = ECDsa.Create();
        key.ImportFromPem(erasure.PublicKey);
        Assert.True(key.VerifyData(Encoding.UTF8.GetBytes(erasure.Statement!), Convert.FromBase64String(erasure.Signature!), HashAlgorithmName.SHA256));
        Assert.False(key.VerifyData(Encoding.UTF8.GetBytes(erasure.Statement! + " "), Convert.FromBase64String(erasure.Signature!), HashAlgorithmName.SHA256));
        Assert.DoesNotContain("ann", JsonSerializer.Serialize(erasure).Replace("\"place\"", "", StringComparison.Ordinal).Replace("channel", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Erase_TheSameFileUploadedAgain_DoesNotBringThePersonBack()
    {
        var csv = Header + "ann,a1,1300000000,view\nbob,a1,1300000100,view\n";
        await UploadAsync("one", csv);
        await EraseAsync("ann");

        await UploadAsync("one", csv);
        await UploadAsync("one", Header + "ann,b2,1300000400,view\nbob,b2,1300000500,view\n", "older-export.csv");

        var versions = (await (await http.GetAsync("/v1/datasets/one")).ReadAsync<Dataset>()).Versions;
        Assert.All(await EventsAsync("one", versions.Max(version => version.Version)), user => Assert.Equal("bob", user));
    }

    [Fact]
    public async Task Erase_InAnotherSpelling_LeavesNoReportThatNamesThePerson()
    {
        const string written = "Ann@Example.com";
        var log = service.Services.GetRequiredService<ShopEvents>();
        await log.AppendAsync([new LoggedEvent(StoreId.Main, "1", EventNames.View, written, "visit-9", DateTimeOffset.UtcNow.AddHours(-1), [new EventItem("a1")], null)]);
        await Eventually.TrueAsync(async () => (await log.ReadAsync(null, 0, 10)).Events.Count == 1, "the settled event");
        await UploadAsync("one", Header + $"{written},a1,1300000000,view\nbob,a1,1300000100,view\n{written},a1,never,view\n");
        Assert.Contains("email:", await http.GetStringAsync("/v1/datasets/one/versions/1/report"), StringComparison.Ordinal);

        var erasure = await EraseAsync(Ann);

        Assert.All(erasure.Record!.Places, place => Assert.Equal(0, place.Remaining));
        Assert.Contains(erasure.Record.Places, place => place is { Place: "event log", What: "events", Removed: 1 });
        Assert.DoesNotContain(written, await SourceBytesAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("email:", await http.GetStringAsync("/v1/datasets/one/versions/1/report"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Erase_OfTheOnlyPerson_LeavesNothing()
    {
        await UploadAsync("one", Header + "ann,a1,1300000000,view\n");

        var erasure = await EraseAsync("ann");

        Assert.Contains(erasure.Record!.Places, place => place is { Place: "dataset one, source events.csv", Removed: 1, After: null });
        await (await http.GetAsync($"/v1/datasets/one/versions/1/files/{DatasetFiles.Events}")).ProblemAsync(HttpStatusCode.Gone, "version-removed");
    }

    [Fact]
    public async Task Erase_OfNobody_SaysSo()
    {
        await UploadAsync("one", Header + "bob,a1,1300000100,view\n");

        var erasure = await EraseAsync("nobody");

        Assert.All(erasure.Record!.Places, place => Assert.Equal(0, place.Removed));
        Assert.NotEmpty(await http.GetByteArrayAsync($"/v1/datasets/one/versions/1/files/{DatasetFiles.Events}"));
    }

    private async Task<Erasure> EraseAsync(string user)
    {
        var erasure = await (await http.DeleteAsync($"/v1/users/{Uri.EscapeDataString(user)}")).ReadAsync<Erasure>();
        await Eventually.TrueAsync(async () => (erasure = await (await http.GetAsync($"/v1/erasures/{erasure.Id}")).ReadAsync<Erasure>()).State.IsFinal(), "the erasure");
        Assert.Null(erasure.Error);
        return erasure;
    }

    private async Task<List<string>> EventsAsync(string dataset, int version)
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.parquet");
        try
        {
            await File.WriteAllBytesAsync(path, await http.GetByteArrayAsync($"/v1/datasets/{dataset}/versions/{version}/files/{DatasetFiles.Events}"));
            await using var duck = new DuckDBConnection("DataSource=:memory:");
            duck.Open();
            return duck.Rows($"SELECT user_id FROM read_parquet('{path}')", row => row.GetString(0));
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Everything that lies in storage as a source of dataset one.</summary>
    private async Task<string> SourceBytesAsync()
    {
        await using var scope = service.Services.CreateAsyncScope();
        var (database, storage) = (scope.ServiceProvider.GetRequiredService<DatasetsDb>(), scope.ServiceProvider.GetRequiredService<DatasetStorage>());
        var text = new StringBuilder();
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.source");
        foreach (var sha256 in database.Sources.AsEnumerable().SelectMany(source => new[] { source.Sha256, source.StoredAs }).Distinct())
        {
            if (await storage.GetSourceAsync(StoreId.Main, sha256, path, TestContext.Current.CancellationToken))
                text.Append(await File.ReadAllTextAsync(path));
        }
        File.Delete(path);
        return text.ToString();
    }

    private async Task<DatasetVersion> UploadAsync(string name, string csv, string file = "events.csv") =>
        await (await http.PostAsync($"/v1/datasets?name={name}", Http.Form(("events", file, csv)))).ReadAsync<DatasetVersion>();

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await service.DisposeAsync();
    }
}
