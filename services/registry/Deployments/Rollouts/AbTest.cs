using ModelOps.Contracts.Deployments;

namespace ModelOps.Registry.Deployments.Rollouts;

/// <summary>Versions side by side with fixed shares, until one of them is promoted.</summary>
internal sealed class AbTest : IRolloutKind
{
    private const int MostArms = 10;

    public RolloutKind Kind => RolloutKind.Ab;

    public RolloutState End => RolloutState.Completed;

    public string? Wrong(RolloutRequest request)
    {
        if (request.Steps is not null)
            return "A test has no 'steps': its shares are those of its arms. For growing shares use kind canary.";
        if (request.Arms is not { } arms)
            return request.Version is null ? "A test names its 'arms', each with name, version and percent; or one 'version', which half of the shoppers see." : null;
        if (request.Version is not null)
            return "Either 'version' or 'arms', not both.";
        return arms.Count is < 2 or > MostArms ? $"A test has 2 to {MostArms} arms; there are {arms.Count}."
            : arms.Any(arm => string.IsNullOrWhiteSpace(arm?.Name)) || arms.DistinctBy(arm => arm.Name).Count() != arms.Count ? "Each arm has a 'name' of its own."
            : arms.Any(arm => arm.Percent <= 0 || arm.IsShadow) || Math.Abs(arms.Sum(arm => arm.Percent) - 100) > 1e-6 ? $"The arms' 'percent' are positive and sum to 100; they sum to {arms.Sum(arm => arm.Percent)}."
            : null;
    }

    public IReadOnlyList<double> Steps(RolloutRequest request) => [];

    public IReadOnlyList<Arm> Arms(RolloutRequest request, int champion) => request.Arms ?? [new(Arm.Champion, champion, 50), new(Arm.Challenger, request.Version!.Value, 50)];

    public IReadOnlyList<Arm> ArmsOf(RolloutRow rollout) => rollout.Arms;
}
