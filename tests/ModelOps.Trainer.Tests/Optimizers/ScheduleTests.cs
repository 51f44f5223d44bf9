using ModelOps.Trainer.Optimizers;

namespace ModelOps.Trainer.Tests.Optimizers;

public class ScheduleTests
{
    [Fact]
    public void ShareAt_WarmUp_RisesInEqualStepsThenStays()
    {
        var schedule = new Schedule("constant", WarmupSteps: 4, Passes: 10);
        Assert.Equal([0.25, 0.5, 0.75, 1, 1], Enumerable.Range(0, 5).Select(step => schedule.ShareAt(step, 0, 0)));
    }

    [Fact]
    public void ShareAt_Cosine_FallsFromOneToZeroOverAllPasses()
    {
        var schedule = new Schedule("cosine", WarmupSteps: 0, Passes: 8);
        Assert.Equal([1, 0.5, 0, 0], new double[] { 0, 4, 8, 9 }.Select(pass => schedule.ShareAt(100, pass, 0)), (expected, actual) => Math.Abs(expected - actual) < 1e-12);
    }

    [Theory]
    [InlineData(3, 0)] // better each time
    [InlineData(5, 0)] // two passes without a better one
    [InlineData(6, 1)]
    [InlineData(8, 1)]
    [InlineData(9, 2)]
    public void HalvingsBefore_ValidationStandsStill_CountsEachThreePasses(int pass, int halvings)
    {
        double[] validations = [.1, .2, .3, .3, .2, .3, .1, .1, .1, .4];
        Assert.Equal(halvings, Schedule.HalvingsBefore(pass, validations));
        Assert.Equal(Math.Pow(0.5, halvings), new Schedule("plateau", 0, 10).ShareAt(0, pass, halvings));
    }

    [Fact]
    public void HalvingsBefore_BetterAgain_CountsAnew() =>
        Assert.Equal(1, Schedule.HalvingsBefore(8, [.3, .2, .2, .2, .4, .1, .1, .5]));
}
