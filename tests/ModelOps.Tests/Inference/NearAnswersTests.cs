using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using ModelOps.Contracts;
using ModelOps.Contracts.Predictions;
using ModelOps.Inference.Recommendations;

namespace ModelOps.Tests.Inference;

public sealed class NearAnswersTests : IDisposable
{
    private static readonly List<RecommendedItem> Items = [new("a", 1.5, "model")];

    private readonly FakeTimeProvider time = new();
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly NearAnswers near;

    public NearAnswersTests() =>
        near = new NearAnswers(Options.Create(new AnswerCacheOptions { FreshSeconds = 60, NearAnswers = 100 }), time, services.GetRequiredService<IMeterFactory>());

    [Theory]
    [InlineData("user:ann", 499, true)]
    [InlineData("user:ann", 500, false)]
    [InlineData("visit:v1", 500, false)]
    [InlineData("history:h", 59_999, true)]
    [InlineData("history:h", 60_000, false)]
    [InlineData("anybody:q", 59_999, true)]
    public void Answer_LivesAsLongAsNoEventElsewhereMayHaveMadeItOld(string subject, int milliseconds, bool isFound)
    {
        near.Keep(StoreId.Main, subject, "q", Items, time.GetTimestamp());

        time.Advance(TimeSpan.FromMilliseconds(milliseconds));

        Assert.Equal(isFound, Find(subject) is not null);
    }

    [Fact]
    public void Answer_BegunBeforeTheShoppersEvent_IsNotGivenAfterIt()
    {
        var begun = time.GetTimestamp();
        near.Keep(StoreId.Main, "user:ann", "q", Items, begun);
        near.Keep(StoreId.Main, "user:bob", "q", Items, begun);

        near.Forget(StoreId.Main, ["user:ann"]);
        near.Keep(StoreId.Main, "user:ann", "q2", Items, begun); // ready after the event

        Assert.Null(Find("user:ann"));
        Assert.Null(Find("user:ann", "q2"));
        Assert.NotNull(Find("user:bob"));
        Assert.Null(near.Find(new StoreId("other"), "user:bob", "q", time.GetTimestamp()));

        time.Advance(TimeSpan.FromMilliseconds(1));
        near.Keep(StoreId.Main, "user:ann", "q", Items, time.GetTimestamp());
        Assert.NotNull(Find("user:ann"));
    }

    [Fact]
    public void Answers_AreNotMoreThanAllowed()
    {
        for (var number = 0; number < 1000; number++)
            near.Keep(StoreId.Main, $"history:{number}", "q", Items, time.GetTimestamp());

        Assert.InRange(Enumerable.Range(0, 1000).Count(number => Find($"history:{number}") is not null), 1, 100);
    }

    private List<RecommendedItem>? Find(string subject, string question = "q") => near.Find(StoreId.Main, subject, question, time.GetTimestamp());

    public void Dispose()
    {
        near.Dispose();
        services.Dispose();
    }
}
