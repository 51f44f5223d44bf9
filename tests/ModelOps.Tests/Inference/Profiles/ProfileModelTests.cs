using ModelOps.Contracts;
using ModelOps.Features;
using ModelOps.Features.Profiles;
using ModelOps.Features.Tables;
using ModelOps.Inference.Profiles;

namespace ModelOps.Tests.Inference.Profiles;

public sealed class ProfileModelTests : IAsyncLifetime
{
    private static readonly DateTime Now = new(2026, 11, 1, 12, 0, 0, DateTimeKind.Utc);
    private string folder = "";

    public async ValueTask InitializeAsync() => folder = await ProfilePackage.WriteAsync(Now);

    [Fact]
    public async Task Read_TellsWhatItRestsOn_ButNothingSensitive()
    {
        using var model = await LoadAsync();

        var profile = ProfileReader.Read(model, "ann", ShopperPast.Of(Now, model.Histories.Find("ann"), model.Catalogue)!, upToDate: true, (null, "none"));

        Assert.Equal((3, 95d, "promising", "active", 10d), (profile.Rfm.Orders, profile.Rfm.Spend, profile.Rfm.Segment, profile.Rfm.Lifecycle, profile.Rfm.RecencyDays));
        Assert.Equal((3d, 10d, 95d), (profile.Scores.Propensity, profile.Scores.ChurnRisk, profile.Scores.ExpectedValue));
        Assert.Equal(("high orders", .93), (profile.Cluster.Name, profile.Cluster.Stability));
        Assert.Equal(["Garden|Tools", "Garden|Watering"], profile.Interests.Categories.Select(interest => interest.Name));
        Assert.Equal(("spade", "purchase", "Spade"), (profile.Interests.Categories[0].Evidence[0].Item, profile.Interests.Categories[0].Evidence[0].Event, profile.Interests.Categories[0].Evidence[0].Title));
        Assert.DoesNotContain(profile.Interests.Products, interest => interest.Name == "test");
        Assert.Equal((2d, null), (profile.Features["orders_30"], profile.Features["view_days"]));
    }

    [Fact]
    public async Task Load_AnotherGraph_OtherFeatures_OrOtherHistories_AreRefused()
    {
        var other = await ProfilePackage.WriteAsync(Now, outputs: 2);
        Assert.Contains("give 3 scores", (await Assert.ThrowsAsync<InvalidDataException>(() => LoadAsync(other))).Message, StringComparison.Ordinal);
        await new TableSchema([new TableColumn("age", ColumnKind.Number)]).WriteAsync(Path.Combine(folder, TableSchema.FileName));
        Assert.Contains("other features", (await Assert.ThrowsAsync<InvalidDataException>(() => LoadAsync())).Message, StringComparison.Ordinal);
        await File.AppendAllTextAsync(Path.Combine(folder, ProfileHistories.FileName), """{"user":"eve","times":[1],"deeds":[0],"items":[9],"quantities":[1],"prices":[null]}""");
        Assert.Contains("no history of products", (await Assert.ThrowsAsync<InvalidDataException>(() => LoadAsync())).Message, StringComparison.Ordinal);
        Directory.Delete(other, recursive: true);
    }

    private Task<ProfileModel> LoadAsync(string? from = null) => ProfileModel.LoadAsync(StoreId.Main, "profiles", 1, from ?? folder, TestBatching.Host(), TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
