using ModelOps.Features.Tables;
using ModelOps.Trainer.Onnx;

namespace ModelOps.Trainer.Campaigns.Uplift;

/// <summary>Customers of a randomised campaign.</summary>
/// <param name="Treated">Were approached; the others are the control group.</param>
public sealed record UpliftRows(TableRows Table, bool[] Treated, float[] Outcomes)
{
    public int Count => Treated.Length;

    /// <summary>The probability of being treated, as the campaign was randomised.</summary>
    public double TreatedShare => Treated.Count(treated => treated) / (double)Count;

    public UpliftRows Take(IReadOnlyList<int> rows) => new(Table.Take(rows), [.. rows.Select(row => Treated[row])], [.. rows.Select(row => Outcomes[row])]);

    /// <summary>The rows of one group.</summary>
    public UpliftRows Group(bool treated) => Take([.. Enumerable.Range(0, Count).Where(row => Treated[row] == treated)]);
}

/// <summary>Learns what being approached changes for a customer.</summary>
public interface IUpliftLearner
{
    string Name { get; }

    IUplift Learn(UpliftRows rows, int seed);
}

/// <summary>What was learned, with its graph beside it.</summary>
public interface IUplift
{
    /// <returns>The expected difference of the outcome, a number a row.</returns>
    double[] Predict(TableRows rows);

    /// <param name="features">(batch, columns), encoded, NaN where missing.</param>
    /// <returns>(batch, 1).</returns>
    string Export(GraphBuilder graph, string features, TableSchema schema);
}
