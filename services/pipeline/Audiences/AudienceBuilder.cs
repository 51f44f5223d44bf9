using ModelOps.Contracts;
using ModelOps.Contracts.Campaigns;
using ModelOps.Contracts.Predictions;
using ModelOps.Pipeline.Audiences.Allocation;

namespace ModelOps.Pipeline.Audiences;

/// <summary>Asks inference what each contact would change, and gives the contacts to whom they bring most.</summary>
internal sealed class AudienceBuilder(InferenceClient inference, ProfileSelection profiles)
{
    private const int UsersACall = 1000;

    public async Task<Audience> BuildAsync(StoreId store, AudienceRequest request, CancellationToken cancellationToken)
    {
        if (request.Filter is not null)
            request = request with { Users = [.. (await profiles.SelectAsync(store, request.Filter, request.ProfileModel, cancellationToken)).Profiles.Select(profile => profile.User)] };
        if (request.Users!.Count > AudienceCheck.MostUsers)
            throw new AudienceException($"'filter' finds {request.Users.Count:N0} users; a list is made of at most {AudienceCheck.MostUsers:N0}. Narrow the filter.");
        var offers = request.Offers!;
        var users = request.Users!.Distinct().Where(user => request.HoldOut is not { } held || !HoldOut.Has(user, held.Name, held.Share)).ToList();
        var answers = await AskAsync(store, users, request, cancellationToken);
        var effects = new float[users.Count * offers.Count];
        for (var user = 0; user < users.Count; user++)
        {
            // Held out by the model's own group, or refusing: nothing is worth anything.
            var byCampaign = answers[user].Ranked.Where(_ => answers[user] is { HeldOut: false, Refused: false }).ToDictionary(ranked => ranked.Campaign, ranked => ranked.Effect ?? ranked.Response);
            for (var offer = 0; offer < offers.Count; offer++)
                effects[user * offers.Count + offer] = (float)byCampaign.GetValueOrDefault(offers[offer].Campaign);
        }
        var problem = Problem(request, users, effects);
        var found = Allocator.Solve(problem, cancellationToken);
        var steps = request.BudgetSteps is { Count: > 0 } shares ? Allocator.Steps(problem, 0, shares, cancellationToken) : [];
        var heldOut = request.Users!.Distinct().Except(users).Concat(users.Where((_, user) => answers[user].HeldOut));
        var any = answers.FirstOrDefault();
        return new Audience(
            any?.Model ?? request.Model ?? "", any?.Version ?? 0, any?.Outcome ?? "", found.Value, found.Bound,
            [.. problem.Limits.Select((limit, i) => new AudienceLimit(limit.Name, limit.AtMost, found.Used[i], found.Prices[i]))],
            [.. steps.Select(step => new BudgetStep(step.Amount, step.Allocation.Chosen.Count, step.Allocation.Value))],
            [.. heldOut],
            [.. found.Chosen.Select(one => new AudienceContact(users[one.User], offers[one.Offer].Campaign, offers[one.Offer].Channel, offers[one.Offer].Cost, effects[one.User * offers.Count + one.Offer]))])
        {
            Refused = [.. users.Where((_, user) => answers[user].Refused)],
        };
    }

    /// <summary>Values are what a contact brings less its cost; where they fall below 0, nobody is contacted.</summary>
    internal static AllocationProblem Problem(AudienceRequest request, IReadOnlyList<string> users, float[] effects)
    {
        Offer[] offers = [.. request.Offers!.Select(offer => new Offer(offer.Campaign, offer.Channel, offer.Cost))];
        var limits = new List<ResourceLimit>();
        if (request.Budget is { } budget)
            limits.Add(ResourceLimit.Budget(budget, offers));
        foreach (var (channel, contacts) in request.ChannelCapacity ?? new Dictionary<string, double>())
            limits.Add(ResourceLimit.Channel(channel, contacts, offers));
        foreach (var (campaign, contacts) in request.CampaignCapacity ?? new Dictionary<string, double>())
            limits.Add(ResourceLimit.Campaign(campaign, contacts, offers));
        float[] values = [.. effects.Select((effect, i) => (float)(request.OutcomeValue * effect - offers[i % offers.Length].Cost))];
        return new AllocationProblem(users.Count, offers, values, limits)
        {
            ContactsPerUser = request.ContactsPerUser,
            ContactsLeft = request.ContactsHad is { } had ? [.. users.Select(user => Math.Max(0, request.ContactsPerUser - had.GetValueOrDefault(user)))] : null,
        };
    }

    private async Task<List<CampaignResponse>> AskAsync(StoreId store, List<string> users, AudienceRequest request, CancellationToken cancellationToken)
    {
        CampaignCandidate[] candidates = [.. request.Offers!.Select(offer => offer.Campaign).Distinct().Select(campaign => new CampaignCandidate(campaign))];
        var answers = new List<CampaignResponse>(users.Count);
        foreach (var part in users.Chunk(UsersACall))
        {
            var batch = new CampaignBatch([.. part.Select(user => new CampaignRequest(user, candidates, Model: request.Model, OutcomeValue: request.OutcomeValue))]);
            answers.AddRange((await inference.RankCampaignsAsync(store, batch, cancellationToken)).Responses);
        }
        return answers;
    }
}
