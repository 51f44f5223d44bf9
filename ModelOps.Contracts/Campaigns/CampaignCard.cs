namespace ModelOps.Contracts.Campaigns;

/// <summary>What the model card of campaigns says about each treatment.</summary>
/// <param name="Data">What it was learned from.</param>
public sealed record CampaignCard(CampaignCardData Data, IReadOnlyList<CampaignArmCard> Arms, string? Note = null);

/// <param name="Control">Null where everybody was contacted.</param>
/// <param name="Treatments">Customers by treatment.</param>
public sealed record CampaignCardData(int Rows, string Outcome, string? Control, IReadOnlyDictionary<string, int> Treatments);

/// <summary>One treatment, on customers that nothing was chosen or trained on.</summary>
/// <param name="Way">What it is ranked by: <c>uplift</c>, <c>response</c>, <c>random</c> or <c>no-control</c>.</param>
/// <param name="QiniCurve">Extra outcome per customer when the share with the highest scores is contacted; null without a control group.</param>
/// <param name="QiniBand">Its 95 % intervals.</param>
/// <param name="Groups">By rising score: what being contacted changed, or without a control group how many responded.</param>
/// <param name="Responses">Null with a control group.</param>
public sealed record CampaignArmCard(
    string Name, string Way, string Finding, string Learner, double Qini, double QiniLow, double QiniHigh, double? UpliftAtTenth, MeasuredEffect AverageEffect,
    IReadOnlyList<CampaignCurvePoint>? QiniCurve, IReadOnlyList<CampaignBand>? QiniBand, IReadOnlyList<MeasuredGroup>? Groups, CampaignResponses? Responses);

public sealed record MeasuredEffect(double Value, double Low, double High);

/// <param name="From">Least score.</param>
public sealed record MeasuredGroup(double From, double Effect, double Low, double High);

public sealed record CampaignCurvePoint(double Share, double Gain);

public sealed record CampaignBand(double Share, double Low, double High);

public sealed record CampaignResponses(double Auc, double AveragePrecision, double CalibrationError, IReadOnlyList<string> LeftOut);
