using ModelOps.Contracts.Deployments;

namespace ModelOps.Registry.Deployments.Rollouts;

/// <summary>The challenger is asked beside the champion for its time, and what it says is compared. Nobody sees it.</summary>
internal sealed class Shadow : IRolloutKind
{
    public RolloutKind Kind => RolloutKind.Shadow;

    public RolloutState End => RolloutState.Completed;

    public string? Wrong(RolloutRequest request) =>
        request.Version is null || request.Arms is not null ? "A shadow compares one 'version' with the champion; 'arms' are for kind ab."
        : request.Steps is not null ? "A shadow has no 'steps'; 'mirrorPercent' says how many answers it computes too."
        : null;

    public IReadOnlyList<double> Steps(RolloutRequest request) => [0];

    public IReadOnlyList<Arm> Arms(RolloutRequest request, int champion) => [new(Arm.Champion, champion, 100), new(Arm.Challenger, request.Version!.Value, 0)];

    public IReadOnlyList<Arm> ArmsOf(RolloutRow rollout) => [rollout.Arms[0], rollout.Arms[1] with { Name = Arm.Shadow, Percent = rollout.MirrorPercent, IsShadow = true }];
}
