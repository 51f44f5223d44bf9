using ModelOps.Contracts.Deployments;
using ModelOps.Pipeline.Rollouts;

namespace ModelOps.Tests.Pipeline;

public sealed class RolloutDriverTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 3, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(VerdictKind.Pass, 9, null)]
    [InlineData(VerdictKind.Pass, 10, "advance")]
    [InlineData(VerdictKind.Wait, 600, null)]
    [InlineData(VerdictKind.Fail, 0, "abort")]
    public void Decide_Canary(VerdictKind verdict, int minutes, string? action) => Assert.Equal(action, Decide(RolloutKind.Canary, [5, 50], verdict, minutes));

    [Theory]
    [InlineData(VerdictKind.Pass, null)]
    [InlineData(VerdictKind.Fail, "abort")]
    public void Decide_Test_EndsOnlyWhenAGuardBreaks(VerdictKind verdict, string? action) => Assert.Equal(action, Decide(RolloutKind.Ab, [], verdict, 6000));

    private static string? Decide(RolloutKind kind, double[] steps, VerdictKind verdict, int minutes) => RolloutDriver.Decide(
        new Rollout(Guid.Empty, "m", "champion", kind, RolloutState.Running, 1, [new("champion", 1, 50), new("challenger", 2, 50)], steps, 0, 10, [], Start, Start, null, "", ""),
        new Verdict(verdict, "", []), Start.AddMinutes(minutes));
}
