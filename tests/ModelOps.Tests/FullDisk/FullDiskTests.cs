using System.Net;
using System.Net.Http.Json;
using ModelOps.Contracts.Versions;
using ModelOps.DataPrep.Datasets;
using ModelOps.Registry;

namespace ModelOps.Tests.FullDisk;

/// <summary>A disk that is really full: the answer names it, and the service goes on with what was accepted before.</summary>
public sealed class FullDiskTests(Stores stores)
{
    private const int Megabyte = 1024 * 1024;
    private const string Csv = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\nu1,p1,1700000000,purchase\nu2,p2,1700000500,purchase\n";

    [Fact]
    public async Task Registry_UploadThatDoesNotFit_SaysSo_AndTakesOneThatDoes()
    {
        Assert.SkipUnless(SmallDisk.IsAllowed(), "This machine allows no mount in a user's namespace.");
        await using var disk = await SmallDisk.StartAsync<RegistryDb>(12, await stores.SettingsAsync("registrydb"));
        await disk.Http.PostAsJsonAsync("/v1/models/m/versions", new NewModelVersion(null, new Dictionary<string, double>(), new Dictionary<string, string>()));

        using var large = await disk.Http.PutAsync("/v1/models/m/versions/1/files/large.bin", new ByteArrayContent(new byte[13 * Megabyte]));
        using var small = await disk.Http.PutAsync("/v1/models/m/versions/1/files/small.bin", new ByteArrayContent(new byte[Megabyte]));

        Assert.Contains("no space left", await large.ProblemAsync(HttpStatusCode.InsufficientStorage, "disk-full"), StringComparison.Ordinal);
        Assert.Equal(Megabyte, (await small.ReadAsync<PackageFile>()).Bytes);
    }

    [Fact]
    public async Task DataPrep_UploadThatDoesNotFit_SaysSo_AndTakesOneThatDoes()
    {
        Assert.SkipUnless(SmallDisk.IsAllowed(), "This machine allows no mount in a user's namespace.");
        await using var disk = await SmallDisk.StartAsync<DatasetsDb>(12, await stores.SettingsAsync("datasetsdb", "eventsdb"));

        using var large = await disk.Http.PostAsync("/v1/datasets?name=shop", Http.Form(("events", "large.csv", Csv + new string('x', 13 * Megabyte))));
        using var small = await disk.Http.PostAsync("/v1/datasets?name=shop", Http.Form(("events", "small.csv", Csv)));

        Assert.Contains("no space left", await large.ProblemAsync(HttpStatusCode.InsufficientStorage, "disk-full"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Created, small.StatusCode);
    }
}
