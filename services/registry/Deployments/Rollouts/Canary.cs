using ModelOps.Contracts.Deployments;

namespace ModelOps.Registry.Deployments.Rollouts;

/// <summary>A growing share of shoppers sees the challenger; after the last step it is the champion. At a step of 0 percent it is mirrored, not shown.</summary>
internal sealed class Canary : IRolloutKind
{
    private static readonly double[] Default = [1, 5, 25, 50];

    public RolloutKind Kind => RolloutKind.Canary;

    public RolloutState End => RolloutState.Promoted;

    public string? Wrong(RolloutRequest request) =>
        request.Version is null || request.Arms is not null ? "A canary tries one 'version' against the champion; 'arms' are for kind ab."
        : Steps(request) is var steps && (steps.Count == 0 || steps.Any(step => step is < 0 or > 100) || steps.Zip(steps.Skip(1)).Any(pair => pair.Second <= pair.First))
            ? $"'steps' are rising percentages from 0 to 100, as in [1, 5, 25, 50]; they are [{string.Join(", ", steps)}]."
        : null;

    public IReadOnlyList<double> Steps(RolloutRequest request) => request.Steps ?? Default;

    public IReadOnlyList<Arm> Arms(RolloutRequest request, int champion) => [new(Arm.Champion, champion, 100), new(Arm.Challenger, request.Version!.Value, 0)];

    public IReadOnlyList<Arm> ArmsOf(RolloutRow rollout)
    {
        var percent = rollout.Steps[rollout.Step];
        return percent == 0
            ? [rollout.Arms[0] with { Percent = 100 }, rollout.Arms[1] with { Name = Arm.Shadow, Percent = rollout.MirrorPercent, IsShadow = true }]
            : [rollout.Arms[0] with { Percent = 100 - percent }, rollout.Arms[1] with { Percent = percent }];
    }
}
