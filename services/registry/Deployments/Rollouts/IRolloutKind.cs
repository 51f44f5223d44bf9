using ModelOps.Contracts.Deployments;

namespace ModelOps.Registry.Deployments.Rollouts;

/// <summary>A way to bring a version before shoppers.</summary>
internal interface IRolloutKind
{
    RolloutKind Kind { get; }

    /// <summary>What is wrong with a request for it, or null.</summary>
    string? Wrong(RolloutRequest request);

    /// <summary>The percentages of the challenger, one after the other.</summary>
    IReadOnlyList<double> Steps(RolloutRequest request);

    /// <summary>The versions that take part.</summary>
    IReadOnlyList<Arm> Arms(RolloutRequest request, int champion);

    /// <summary>Who sees what at the rollout's present step.</summary>
    IReadOnlyList<Arm> ArmsOf(RolloutRow rollout);

    /// <summary>What it is after its last step.</summary>
    RolloutState End { get; }
}

/// <summary>The kinds by name: one file and one line each.</summary>
internal static class RolloutKinds
{
    private static readonly Dictionary<RolloutKind, IRolloutKind> Known = new IRolloutKind[] { new Shadow(), new Canary(), new AbTest() }.ToDictionary(kind => kind.Kind);

    public static IRolloutKind Of(RolloutKind kind) => Known[kind];
}
