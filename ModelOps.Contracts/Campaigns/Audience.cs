using ModelOps.Contracts.Profiles;

namespace ModelOps.Contracts.Campaigns;

/// <summary>A contact that a list may have.</summary>
/// <param name="Cost">In the shop's currency.</param>
public sealed record AudienceOffer(string Campaign, string Channel, double Cost = 0);

/// <summary>Asks whom to contact with what, within limits.</summary>
/// <param name="Users">1 to 100,000 of the shop's own ids; absent where a filter says who.</param>
/// <param name="Offers">1 to 50; a campaign may go through several channels.</param>
/// <param name="OutcomeValue">What one unit of the outcome is worth in the shop's currency.</param>
/// <param name="Budget">Of all contacts' costs; absent, none.</param>
/// <param name="ChannelCapacity">Contacts by channel.</param>
/// <param name="CampaignCapacity">Contacts by campaign.</param>
/// <param name="ContactsPerUser">At most so many, each of another campaign.</param>
/// <param name="ContactsHad">By user, of those contacts: so many the user had already.</param>
/// <param name="Model">A registered model, its <c>champion</c> answers.</param>
/// <param name="HoldOut">A hold-out group of this list beside that of all campaigns.</param>
/// <param name="BudgetSteps">Shares of the budget for which the list is made too, to see what each step buys: at most 20.</param>
/// <param name="Filter">In place of users: those whose profiles are like that.</param>
/// <param name="ProfileModel">The registered model of profiles that the filter asks.</param>
public sealed record AudienceRequest(
    IReadOnlyList<string>? Users, IReadOnlyList<AudienceOffer>? Offers, double OutcomeValue = 1, double? Budget = null,
    IReadOnlyDictionary<string, double>? ChannelCapacity = null, IReadOnlyDictionary<string, double>? CampaignCapacity = null,
    int ContactsPerUser = 1, IReadOnlyDictionary<string, int>? ContactsHad = null, string? Model = null, AudienceHoldOut? HoldOut = null, IReadOnlyList<double>? BudgetSteps = null,
    ProfileFilter? Filter = null, string? ProfileModel = null);

/// <param name="Name">The same users are held out in every list of this name.</param>
/// <param name="Share">Of the users, from 0 to 0.5.</param>
public sealed record AudienceHoldOut(string Name, double Share);

/// <param name="Effect">Expected change of the outcome.</param>
public sealed record AudienceContact(string User, string Campaign, string Channel, double Cost, double Effect);

/// <param name="Price">What one more unit of it would bring.</param>
public sealed record AudienceLimit(string Name, double AtMost, double Used, double Price);

/// <param name="Value">Expected, in the shop's currency, costs taken off.</param>
public sealed record BudgetStep(double Budget, int Contacts, double Value);

/// <summary>Whom to contact with what.</summary>
/// <param name="Value">Expected, in the shop's currency, costs taken off.</param>
/// <param name="Bound">No list within the limits is worth more.</param>
/// <param name="HeldOut">Users who are left alone so that effects can be measured.</param>
public sealed record Audience(
    string Model, int Version, string Outcome, double Value, double Bound, IReadOnlyList<AudienceLimit> Limits, IReadOnlyList<BudgetStep> BudgetSteps, IReadOnlyList<string> HeldOut, IReadOnlyList<AudienceContact> Contacts)
{
    /// <summary>Users who refuse campaigns.</summary>
    public IReadOnlyList<string> Refused { get; init; } = [];
}

/// <summary>Asks which shoppers are of a kind.</summary>
/// <param name="Sample">Shoppers in the answer, 0 to 1,000, drawn evenly; a CSV has all.</param>
/// <param name="Model">A registered model of profiles, its <c>champion</c> answers.</param>
public sealed record ProfileAudienceRequest(ProfileFilter? Filter = null, int Sample = 20, string? Model = null);

/// <param name="Count">Shoppers of the kind.</param>
/// <param name="Looked">All shoppers that the model or the event log knows.</param>
/// <param name="Refused">Of them, those left out because they refuse profiles or campaigns.</param>
public sealed record ProfileAudience(string Model, int Version, int Count, int Looked, int Refused, IReadOnlyList<ProfileSummary> Sample);
