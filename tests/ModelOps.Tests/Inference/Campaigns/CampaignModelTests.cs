using System.Text.Json;
using ModelOps.Contracts;
using ModelOps.Contracts.Campaigns;
using ModelOps.Inference.Campaigns;

namespace ModelOps.Tests.Inference.Campaigns;

/// <summary>A package whose uplift is the customer's recency, by arm.</summary>
public sealed class CampaignModelTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("modelops-campaigns-").FullName;

    public async ValueTask InitializeAsync() => await TinyCampaignPackage.WriteAsync(folder, TinyCampaignPackage.Mail);

    [Fact]
    public async Task Answer_TheContextGoesBeforeWhatIsKnown()
    {
        using var model = await LoadAsync();

        var answers = CampaignsApi.Answer(model, [new CampaignRequest("u1"), new CampaignRequest("u1", Context: Context("2")), new CampaignRequest("stranger"), new CampaignRequest("u2", Context: Context("\"6\""))]);

        Assert.Equal([.08, .01, .01, .08], answers.Select(answer => Assert.Single(answer.Ranked).Effect!.Value));
        Assert.EndsWith("Nothing is known of this user.", answers[2].Ranked[0].Reason, StringComparison.Ordinal);
        Assert.Equal(("visit", 3, "campaigns"), (answers[0].Outcome, answers[0].Version, answers[0].Model));
    }

    [Fact]
    public async Task Answer_WhoRefusesCampaigns_IsNotContacted_NorLookedUp()
    {
        using var model = await LoadAsync();

        var answer = Assert.Single(CampaignsApi.Answer(model, [new CampaignRequest("u1")], user => user == "u1"));

        Assert.True(answer.Refused);
        Assert.Equal((false, .01), (answer.Ranked[0].Contact, answer.Ranked[0].Effect)); // u1's recency would make it .08
        Assert.EndsWith("The user refuses campaigns: do not contact.", answer.Ranked[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_NamesWhatThereIs()
    {
        using var model = await LoadAsync();
        Assert.Null(CampaignsApi.Wrong(new CampaignRequest("u1"), model));
        Assert.StartsWith("It names neither", CampaignsApi.Wrong(new CampaignRequest(), model), StringComparison.Ordinal);
        Assert.Equal("There is no campaign 'letter'. The model knows: mail.", CampaignsApi.Wrong(new CampaignRequest("u1", [new CampaignCandidate("letter")]), model));
        Assert.StartsWith("The cost of 'mail' is -1", CampaignsApi.Wrong(new CampaignRequest("u1", [new CampaignCandidate("mail", -1)]), model), StringComparison.Ordinal);
        Assert.Equal("The model has no attribute 'age'. It has: recency.", CampaignsApi.Wrong(new CampaignRequest("u1", Context: new Dictionary<string, JsonElement> { ["age"] = default }), model));
    }

    [Fact]
    public async Task Load_AGraphOfOtherArms_IsRefused()
    {
        await TinyCampaignPackage.WriteAsync(folder, TinyCampaignPackage.Mail, graphArms: 2);
        Assert.Contains("does not take 1 columns and give 1 arms", (await Assert.ThrowsAsync<InvalidDataException>(LoadAsync)).Message, StringComparison.Ordinal);
    }

    private Task<CampaignModel> LoadAsync() => CampaignModel.LoadAsync(StoreId.Main, "campaigns", 3, folder, TestBatching.Host(), TestContext.Current.CancellationToken);

    private static Dictionary<string, JsonElement> Context(string recency) => new() { ["recency"] = JsonDocument.Parse(recency).RootElement.Clone() };

    public ValueTask DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
