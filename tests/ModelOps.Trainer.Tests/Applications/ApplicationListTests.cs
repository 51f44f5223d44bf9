using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ModelOps.Contracts.Runs;
using ModelOps.Tests;
using ModelOps.Trainer.Applications;
using ModelOps.Trainer.Tests.Runs;

namespace ModelOps.Trainer.Tests.Applications;

public sealed class ApplicationListTests(Stores stores)
{
    [Fact]
    public void All_AreWhatAPipelineMayName() => Assert.Equal(ApplicationName.All.Order(), ApplicationList.All.Select(application => application.Name).Order());

    [Theory]
    [MemberData(nameof(Names))]
    public void Complete_NothingGiven_IsAllDefaults(string name)
    {
        var application = ApplicationList.Of(name);
        var defaults = application.Complete(null, out var errors);
        Assert.NotNull(defaults);
        Assert.Empty(errors);
        Assert.NotNull(application.Complete(defaults, out _));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Complete_AnUnknownParameter_IsNamedWithThoseThereAre(string name)
    {
        Assert.Null(ApplicationList.Of(name).Complete(new Dictionary<string, JsonElement> { ["colour"] = JsonSerializer.SerializeToElement("red") }, out var errors));
        Assert.StartsWith("There is no parameter 'colour'. The parameters are: ", Assert.Single(errors["colour"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_OfAnUnknownApplication_IsRefusedWithThoseThereAre()
    {
        using var dataPrep = TrainerService.NewDataPrep(isAway: true);
        await using var trainer = await TrainerService.StartAsync(stores, dataPrep, new Dictionary<string, string>());
        using var refused = await trainer.Http.PostAsJsonAsync("/v1/runs", TrainerService.Request("{}") with { Application = "poetry" });
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("'poetry' is no application. They are: recommend", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithoutAnApplication_IsARecommender()
    {
        using var dataPrep = TrainerService.NewDataPrep(isAway: true);
        await using var trainer = await TrainerService.StartAsync(stores, dataPrep, new Dictionary<string, string>());
        Assert.Equal(ApplicationName.Recommend, (await trainer.StartAsync("{}")).Application);
    }

    public static TheoryData<string> Names() => [.. ApplicationName.All];
}
