using ModelOps.Contracts.Campaigns;
using ModelOps.Pipeline.Audiences;

namespace ModelOps.Tests.Pipeline.Audiences;

public sealed class AudienceCheckTests
{
    private static readonly AudienceRequest Good = new(["a", "b"], [new("spring", "mail", .1)], Budget: 10, ChannelCapacity: new Dictionary<string, double> { ["mail"] = 1 });

    [Fact]
    public void Wrong_OfAGoodRequest_IsNothing() => Assert.Null(AudienceCheck.Wrong(Good));

    [Fact]
    public void Wrong_NamesTheMemberAndWhatItMayBe()
    {
        Assert.StartsWith("'users' has 0 users", AudienceCheck.Wrong(Good with { Users = [] }), StringComparison.Ordinal);
        Assert.StartsWith("It has both 'users' and a 'filter'", AudienceCheck.Wrong(Good with { Filter = new() }), StringComparison.Ordinal);
        Assert.Null(AudienceCheck.Wrong(Good with { Users = null, Filter = new() }));
        Assert.StartsWith("'offers' needs 1 to 50", AudienceCheck.Wrong(Good with { Offers = [new("spring", "mail", -1)] }), StringComparison.Ordinal);
        Assert.StartsWith("'offers' names a campaign twice", AudienceCheck.Wrong(Good with { Offers = [new("spring", "mail"), new("spring", "mail", 2)] }), StringComparison.Ordinal);
        Assert.StartsWith("'budget' is -1", AudienceCheck.Wrong(Good with { Budget = -1 }), StringComparison.Ordinal);
        Assert.StartsWith("'channelCapacity' names 'phone'", AudienceCheck.Wrong(Good with { ChannelCapacity = new Dictionary<string, double> { ["phone"] = 1 } }), StringComparison.Ordinal);
        Assert.StartsWith("'budgetSteps' needs a 'budget'", AudienceCheck.Wrong(Good with { Budget = null, BudgetSteps = [.5] }), StringComparison.Ordinal);
        Assert.StartsWith("'holdOut' needs", AudienceCheck.Wrong(Good with { HoldOut = new("", .1) }), StringComparison.Ordinal);
    }

    /// <summary>A contact that costs more than it brings is worth nothing, and who had their contacts gets none.</summary>
    [Fact]
    public void Problem_ValuesAreNet_AndContactsHadCount()
    {
        var problem = AudienceBuilder.Problem(Good with { OutcomeValue = 2, ContactsHad = new Dictionary<string, int> { ["b"] = 1 } }, ["a", "b"], [.1f, .5f]);
        Assert.Equal([.1, .9], problem.Values.Select(value => Math.Round(value, 6)));
        Assert.Equal([1, 0], problem.ContactsLeft!);
        Assert.Equal(["budget", "channel mail"], problem.Limits.Select(limit => limit.Name));
    }
}
