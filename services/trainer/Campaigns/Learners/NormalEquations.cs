using MathNet.Numerics.LinearAlgebra.Double;

namespace ModelOps.Trainer.Campaigns.Learners;

/// <summary>Weighted least squares with a ridge: the step of both linear learners.</summary>
internal sealed class NormalEquations(int width)
{
    private readonly double[,] square = new double[width, width];
    private readonly double[] right = new double[width];
    private readonly int[] places = new int[width];
    private readonly double[] present = new double[width];

    /// <summary>Adds weight · x xᵀ and x · target.</summary>
    public void Add(ReadOnlySpan<double> row, double weight, double target)
    {
        var count = 0;
        for (var i = 0; i < row.Length; i++)
        {
            if (row[i] != 0)
                (places[count], present[count++]) = (i, row[i]);
        }
        for (var i = 0; i < count; i++)
        {
            right[places[i]] += present[i] * target;
            var scaled = weight * present[i];
            for (var j = 0; j <= i; j++)
                square[places[i], places[j]] += scaled * present[j];
        }
    }

    /// <param name="ridge">Added to the diagonal, one a column.</param>
    /// <param name="pull">Taken from the right side: the ridge's own gradient.</param>
    public double[] Solve(ReadOnlySpan<double> ridge, ReadOnlySpan<double> pull)
    {
        for (var i = 0; i < width; i++)
        {
            square[i, i] += ridge[i] + 1e-9;
            right[i] -= pull[i];
            for (var j = 0; j < i; j++)
                square[j, i] = square[i, j];
        }
        return DenseMatrix.OfArray(square).Cholesky().Solve(DenseVector.OfArray(right)).ToArray();
    }
}
