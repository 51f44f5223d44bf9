using System.Text.Json;

namespace ModelOps.Contracts.Campaigns;

/// <summary>A campaign that a user could be contacted with.</summary>
/// <param name="Campaign">A treatment that the model was trained on.</param>
/// <param name="Cost">Of the contact, in the shop's currency.</param>
public sealed record CampaignCandidate(string Campaign, double Cost = 0);

/// <summary>Asks what to contact a user with.</summary>
/// <param name="User">The shop's own id; what the campaign's data last said about the user counts.</param>
/// <param name="Candidates">All of the model's campaigns when absent.</param>
/// <param name="Context">Attributes by their names in the campaign's data; they go before what is known of the user.</param>
/// <param name="Model">A registered model; its <c>champion</c> answers, or in a rollout the version of the user's arm.</param>
/// <param name="OutcomeValue">What one unit of the outcome is worth in the shop's currency; then costs count in the order.</param>
public sealed record CampaignRequest(
    string? User = null, IReadOnlyList<CampaignCandidate>? Candidates = null, IReadOnlyDictionary<string, JsonElement>? Context = null, string? Model = null, double? OutcomeValue = null);

/// <param name="Requests">1 to 1,000, all for one model.</param>
public sealed record CampaignBatch(IReadOnlyList<CampaignRequest>? Requests);

/// <summary>A campaign for a user.</summary>
/// <param name="Effect">What being contacted is expected to change of the outcome, as measured for customers with such a score who were not trained on; null where the campaign had no control group.</param>
/// <param name="Low">95 % interval of that measurement.</param>
/// <param name="High">95 % interval of that measurement.</param>
/// <param name="Response">The expected outcome when contacted; without a control group as measured for customers with such a score.</param>
/// <param name="Net">Effect, or without a control group the response, times the outcome's value, less cost; null where no value was given.</param>
/// <param name="Contact">Whether it pays: the net, or without one the effect, is above 0 and the user is not held out.</param>
/// <param name="Propensity">The probability with which this campaign came first; log it with what follows, and policies can be compared before they are deployed.</param>
/// <param name="Way">What it is ranked by: <c>uplift</c>, <c>response</c>, <c>random</c> or <c>no-control</c>.</param>
public sealed record RankedCampaign(
    string Campaign, double? Effect, double? Low, double? High, double Response, double Cost, double? Net, bool Contact, double Propensity, string Way, string Reason);

/// <param name="Arm">Of the rollout; <c>champion</c> outside one.</param>
/// <param name="Outcome">What <see cref="RankedCampaign.Effect"/> is about: <c>conversion</c>, <c>visit</c> or <c>spend</c>.</param>
/// <param name="HeldOut">The user is left alone by all campaigns, so that their effect can be measured.</param>
/// <param name="Learning">The order was drawn by chance, so that the next training has a fair comparison.</param>
/// <param name="Ranked">The best first.</param>
public sealed record CampaignResponse(string? User, string Model, int Version, string Arm, string Outcome, bool HeldOut, bool Learning, IReadOnlyList<RankedCampaign> Ranked)
{
    /// <summary>The user refuses campaigns: nothing known of them was used, and they are not to be contacted.</summary>
    public bool Refused { get; init; }
}

public sealed record CampaignBatchResponse(IReadOnlyList<CampaignResponse> Responses);
