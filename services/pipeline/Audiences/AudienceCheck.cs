using ModelOps.Contracts.Campaigns;

namespace ModelOps.Pipeline.Audiences;

/// <summary>What is wrong with a request before anybody is asked.</summary>
internal static class AudienceCheck
{
    /// <summary>Of money and of contacts.</summary>
    private const double MostAmount = 1e9;

    public const int MostUsers = 100_000;

    private const int MostOffers = 50, MostSteps = 20;

    /// <returns>Null when nothing is.</returns>
    public static string? Wrong(AudienceRequest request)
    {
        if (request.Filter is not null && request.Users is not null)
            return "It has both 'users' and a 'filter'. Give one of them.";
        if (request.Filter is null && (request.Users is not { Count: > 0 and <= MostUsers } users || users.Any(string.IsNullOrEmpty)))
            return $"'users' has {request.Users?.Count ?? 0} users; it goes from 1 to {MostUsers}, each with an id. A 'filter' on profiles takes their place.";
        if (request.Offers is not { Count: > 0 and <= MostOffers } offers || offers.Any(offer => offer is not { Campaign.Length: > 0, Channel.Length: > 0 } || !IsAmount(offer.Cost)))
            return $"'offers' needs 1 to {MostOffers} entries, each with 'campaign', 'channel' and a 'cost' that is not negative.";
        if (offers.DistinctBy(offer => (offer.Campaign, offer.Channel)).Count() < offers.Count)
            return "'offers' names a campaign twice through the same channel. Name each once.";
        if (!(request.OutcomeValue is > 0 and <= MostAmount))
            return $"'outcomeValue' is {request.OutcomeValue}; it is above 0 and at most {MostAmount}.";
        if (request.Budget is { } budget && !IsAmount(budget))
            return $"'budget' is {budget}; it must not be negative.";
        if (request.ContactsPerUser is < 1 or > 20)
            return $"'contactsPerUser' is {request.ContactsPerUser}; it goes from 1 to 20.";
        if (request.HoldOut is { } held && (string.IsNullOrEmpty(held.Name) || held.Share is not (>= 0 and <= .5)))
            return "'holdOut' needs a 'name' and a 'share' from 0 to 0.5.";
        if (request.BudgetSteps is { } steps && (request.Budget is null || steps.Count > MostSteps || !steps.All(step => step is > 0 and <= 100)))
            return $"'budgetSteps' needs a 'budget' and at most {MostSteps} shares of it, above 0 and at most 100.";
        return Capacity("channelCapacity", request.ChannelCapacity, offers.Select(offer => offer.Channel)) ?? Capacity("campaignCapacity", request.CampaignCapacity, offers.Select(offer => offer.Campaign));
    }

    private static string? Capacity(string name, IReadOnlyDictionary<string, double>? capacities, IEnumerable<string> known)
    {
        foreach (var (what, contacts) in capacities ?? new Dictionary<string, double>())
        {
            if (!known.Contains(what))
                return $"'{name}' names '{what}', which no offer does. Offers name: {string.Join(", ", known.Distinct())}.";
            if (!IsAmount(contacts))
                return $"'{name}' of '{what}' is {contacts}; it must not be negative.";
        }
        return null;
    }

    private static bool IsAmount(double value) => value is >= 0 and <= MostAmount;
}
