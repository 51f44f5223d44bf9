using ModelOps.Inference.Recommendations;

namespace ModelOps.Tests.Inference;

public sealed class SingleFlightTests
{
    private readonly SingleFlight<string> flights = new();
    private readonly TaskCompletionSource<string> held = new();
    private int computed;
    private int joined;

    [Fact]
    public async Task EqualQuestions_AtOnce_AreComputedOnce()
    {
        var calls = Enumerable.Range(0, 50).Select(_ => AskAsync("q")).ToList();
        var other = AskAsync("r");
        held.SetResult("answer");

        Assert.All(await Task.WhenAll([.. calls, other]), answer => Assert.Equal("answer", answer));
        Assert.Equal((2, 49), (computed, joined));
        Assert.False(flights.IsUnderWay("q"));
        await AskAsync("q");
        Assert.Equal(3, computed); // what was computed is not kept here
    }

    [Fact]
    public async Task WhoHasNoPatience_LeavesAlone()
    {
        using var patience = new CancellationTokenSource();
        var first = AskAsync("q");
        var impatient = AskAsync("q", patience.Token);
        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        held.SetResult("answer");
        Assert.Equal("answer", await first);
    }

    [Fact]
    public async Task TheFirstLeaves_OneOfTheOthersComputes()
    {
        using var patience = new CancellationTokenSource();
        var first = AskAsync("q", patience.Token);
        var others = Enumerable.Range(0, 9).Select(_ => AskAsync("q")).ToList();
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        held.SetResult("answer");

        Assert.All(await Task.WhenAll(others), answer => Assert.Equal("answer", answer));
        Assert.InRange(computed, 2, 10); // those who ask again after it is answered compute again
    }

    [Fact]
    public async Task Failure_IsEverybodys()
    {
        var calls = Enumerable.Range(0, 3).Select(_ => AskAsync("q")).ToList();
        held.SetException(new InvalidDataException("no"));

        foreach (var call in calls)
            await Assert.ThrowsAsync<InvalidDataException>(() => call);
        Assert.Equal(1, computed);
    }

    private Task<string> AskAsync(string question, CancellationToken cancellationToken = default) => flights.RunAsync(
        question,
        () =>
        {
            Interlocked.Increment(ref computed);
            return held.Task.WaitAsync(cancellationToken);
        },
        () => Interlocked.Increment(ref joined),
        exception => exception is OperationCanceledException,
        cancellationToken);
}
