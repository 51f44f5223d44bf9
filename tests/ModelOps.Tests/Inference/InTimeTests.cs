using ModelOps.Inference.Batching;
using ModelOps.Inference.Search;

namespace ModelOps.Tests.Inference;

public sealed class InTimeTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(20), Long = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task OrNull_GivesWhatComes_AndNothingOfWhatIsLateOrRefused()
    {
        Assert.Equal("a", await InTime.OrNullAsync(Long, TimeProvider.System, _ => ValueTask.FromResult("a"), CancellationToken.None));
        Assert.Null(await InTime.OrNullAsync(Short, TimeProvider.System, NeverAsync, CancellationToken.None));
        Assert.Null(await InTime.OrNullAsync<string>(Long, TimeProvider.System, _ => throw new DeadlinePassedException(), CancellationToken.None));
    }

    [Fact]
    public async Task OrNull_TheCallersEnd_IsTheCallers()
    {
        using var gone = new CancellationTokenSource(Short);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => InTime.OrNullAsync(Long, TimeProvider.System, NeverAsync, gone.Token).AsTask());
    }

    [Fact]
    public async Task OrNull_TheDeadlineInside_IsTheSoonerOne_AndTheCallersAfterwards()
    {
        var own = Deadline.In(Long, TimeProvider.System);
        Deadline.Current = own;
        await InTime.OrNullAsync(Short, TimeProvider.System, _ => ValueTask.FromResult(Assert.IsType<Deadline>(Deadline.Current) is { } inside && inside.At < own.At ? "sooner" : throw new InvalidOperationException()), CancellationToken.None);
        Assert.Same(own, Deadline.Current);
        Deadline.Current = null;
    }

    private static async ValueTask<string> NeverAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        return "";
    }
}
