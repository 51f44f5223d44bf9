using System.IO.Hashing;
using System.Text;
using ModelOps.Contracts.Deployments;

namespace ModelOps.Inference.Deployments;

/// <summary>Which version of a model answers whom.</summary>
/// <param name="Champion">The version that the alias stands for, or the one before it while that cannot be loaded.</param>
internal sealed record Route(int Champion, Split? Split)
{
    private const int Buckets = 1_000_000;

    /// <summary>The arm of a shopper: the same for the whole rollout, and still the same when its share grows.</summary>
    public SplitArm? ArmOf(string subject)
    {
        if (Split is null)
            return null;
        var percent = BucketOf(Split.Rollout, subject) * 100.0 / Buckets;
        // From the last: what is tried takes the lowest buckets, so a growing share keeps those who are in it.
        foreach (var arm in Split.Arms.Reverse().Where(arm => !arm.IsShadow))
        {
            if (percent < arm.Percent)
                return arm;
            percent -= arm.Percent;
        }
        return Split.Arms[0];
    }

    /// <summary>What is asked beside the answer for this call, without being shown.</summary>
    public SplitArm? Shadow() => Split?.Arms.FirstOrDefault(arm => arm.IsShadow && Random.Shared.NextDouble() * 100 < arm.Percent);

    private static int BucketOf(Guid rollout, string subject) => (int)(XxHash3.HashToUInt64(Encoding.UTF8.GetBytes($"{rollout}/{subject}")) % Buckets);
}
