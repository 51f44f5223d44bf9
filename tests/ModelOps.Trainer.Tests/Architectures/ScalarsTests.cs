using ModelOps.Trainer.Architectures;
using TorchSharp;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Tests.Architectures;

public class ScalarsTests
{
    [Fact]
    public void Of_SameNumber_IsKeptAndIsTheSame()
    {
        var held = new WeakReference(Scalars.Of(0.125));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.True(held.IsAlive);
        Assert.Same(held.Target, Scalars.Of(0.125));
        Assert.Equal(0.125, Scalars.Of(0.125).ToDouble());
    }

    [Fact]
    public void Whole_LeavesWholeNumbersWhole()
    {
        using var indices = tensor(new long[] { 1, 2 });
        using var next = indices.add(Scalars.Whole(1));
        Assert.Equal(ScalarType.Int64, next.dtype);
        Assert.Equal([2, 3], next.data<long>().ToArray());
    }
}
