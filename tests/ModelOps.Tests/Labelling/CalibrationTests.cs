using CsCheck;
using ModelOps.DataPrep.Labelling;

namespace ModelOps.Tests.Labelling;

public sealed class CalibrationTests
{
    [Fact]
    public void Of_IsHowOftenSuchSharesWereRight()
    {
        var answers = Enumerable.Range(0, 1000).Select(i => (Share: i < 500 ? .4 : .9, IsRight: i < 500 ? i % 5 == 0 : i % 10 != 0));
        var calibration = new Calibration(answers);

        Assert.Equal(.2, calibration.Of(.4), .01);
        Assert.Equal(.9, calibration.Of(.95), .01);
        Assert.Equal(.05, calibration.Of(.1), .01); // lower than any that was seen
        Assert.Equal(.5, new Calibration([]).Of(.9));
    }

    [Fact]
    public void Of_StaysBetweenNeverAndAlways() => Gen.Select(Gen.Double[0, 1], Gen.Bool).Array[0, 50].Sample(answers =>
    {
        var calibration = new Calibration(answers);
        Assert.All(Enumerable.Range(0, 11), i => Assert.InRange(calibration.Of(i / 10d), 0, .999));
    });
}
