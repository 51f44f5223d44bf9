using ModelOps.Trainer.Objectives;
using TorchSharp;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Tests.Objectives;

/// <summary>Each objective against the plain formula, on two dimensions and three items.</summary>
public class ObjectiveTests
{
    private static readonly float[] Table = [0, 0, 1, 0, 0, 1, 1, 1]; // (items + 1, dim): scores of (2, 1) are 2, 1 and 3
    private static readonly float[] Shares = [0, 0.5f, 0.25f, 0.25f];

    [Fact]
    public void FullSoftmax_IsMinusTheLogarithmOfTheTargetsShare() =>
        Assert.Equal(-Math.Log(Math.Exp(1) / (Math.Exp(2) + Math.Exp(1) + Math.Exp(3))), Loss(new FullSoftmax(3), target: 2), 1e-5);

    [Fact]
    public void SampledSoftmax_ManyNegatives_ComparesWithThoseDrawn()
    {
        manual_seed(1);
        var sample = randint(1, 4, 2, ScalarType.Int64, CPU).data<long>().ToArray();
        manual_seed(1);
        var others = sample.Where(item => item != 2).Sum(item => Math.Exp(item == 1 ? 2 : 3));
        Assert.Equal(-Math.Log(Math.Exp(1) / (Math.Exp(1) + others)), Loss(new SampledSoftmax(Options(negatives: 2)), target: 2), 1e-5);
    }

    [Fact]
    public void SampledSoftmax_DrawnByPopularity_EstimatesTheFullSoftmax()
    {
        // Corrected by −log of their chance, n drawn negatives sum to n times what all items sum to; the target, itself corrected,
        // stands beside them: loss ≈ log(1 + n · chance · others / exp(score)).
        manual_seed(3);
        const int n = 20_000;
        var objective = new SampledSoftmax(Options(negatives: n) with { Popularity = 1 });
        var expected = Math.Log(1 + n * Shares[1] * (Math.Exp(1) + Math.Exp(3)) / Math.Exp(2));
        Assert.Equal(expected, Loss(objective, target: 1), 0.05);
    }

    [Fact]
    public void InBatchSoftmax_OneTarget_HasNothingToLose() =>
        Assert.Equal(0, Loss(new InBatchSoftmax(Shares), target: 3), 1e-5);

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.0)]
    public void CalibratedBce_Calibration_WeighsThePositiveTerm(double calibration)
    {
        manual_seed(2);
        var drawn = randint(1, 4, 1, ScalarType.Int64, CPU).item<long>();
        manual_seed(2);
        var rate = 1 / 2.0; // one negative of the two other items
        var power = rate * (calibration * (1 - 1 / rate) + 1 / rate);
        var score = drawn switch { 1 => 2, 2 => 1, _ => 3 };
        var negative = drawn == 1 ? 0 : Math.Log(1 + Math.Exp(score));
        Assert.Equal(power * Math.Log(1 + Math.Exp(-2)) + negative, Loss(new CalibratedBce(Options(negatives: 1) with { Calibration = calibration }), target: 1), 1e-5);
    }

    [Theory]
    [InlineData("auto", 3, typeof(FullSoftmax))]
    [InlineData("auto", 5000, typeof(SampledSoftmax))]
    [InlineData("bce", 5000, typeof(CalibratedBce))]
    public void Create_ByName_TakesTheSizeIntoAccount(string name, int items, Type expected) =>
        Assert.IsType(expected, Objective.Create(name, new ObjectiveOptions(items, 256, new float[items + 1], 0, 0.75)));

    private static ObjectiveOptions Options(int negatives) => new(3, negatives, Shares, 0, 0.75);

    private static double Loss(IObjective objective, long target)
    {
        using var scope = NewDisposeScope();
        return objective.Of(tensor(new float[] { 2, 1 }, 1, 2), tensor(new[] { target }), items => tensor(Table, 4, 2).index_select(0, items)).item<float>();
    }
}
