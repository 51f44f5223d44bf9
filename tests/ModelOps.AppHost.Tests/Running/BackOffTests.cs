using Microsoft.Extensions.Time.Testing;
using ModelOps.AppHost.LocalEngine.Running;

namespace ModelOps.AppHost.Tests.Running;

public class BackOffTests
{
    [Fact]
    public void Next_Repeatedly_DoublesUpToHalfAMinute()
    {
        var backOff = new BackOff();

        var pauses = Enumerable.Range(0, 9).Select(_ => backOff.Next().TotalSeconds);

        Assert.Equal([0.5, 1, 2, 4, 8, 16, 30, 30, 30], pauses);
    }

    [Fact]
    public void Next_AfterAHealthyMinute_BeginsAnew()
    {
        var time = new FakeTimeProvider();
        var backOff = new BackOff(time);
        backOff.Next();
        backOff.Next();

        backOff.SeenHealthy();
        time.Advance(TimeSpan.FromSeconds(59));
        backOff.SeenHealthy();
        Assert.Equal(2, backOff.Peek.TotalSeconds);
        time.Advance(TimeSpan.FromSeconds(1));
        backOff.SeenHealthy();

        Assert.Equal(0.5, backOff.Next().TotalSeconds);
    }
}
