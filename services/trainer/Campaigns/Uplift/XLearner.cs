using ModelOps.Features.Tables;
using ModelOps.Trainer.Campaigns.Learners;
using ModelOps.Trainer.Onnx;

namespace ModelOps.Trainer.Campaigns.Uplift;

/// <summary>
/// Each group's outcomes are compared with what the other group's model expects, and the differences are learned; the group that was
/// rarer counts more on the other's model (the X-learner of Künzel et al., PNAS 116, 2019).
/// </summary>
/// <param name="effect">Learns differences, so an amount.</param>
public sealed class XLearner(ILearner outcome, ILearner effect) : IUpliftLearner
{
    public string Name => $"X-learner, {outcome.Name}, {effect.Name}";

    public IUplift Learn(UpliftRows rows, int seed)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var (treated, control) = (rows.Group(true), rows.Group(false));
        var expectedTreated = outcome.Learn(treated.Table, treated.Outcomes, null, seed);
        var expectedControl = outcome.Learn(control.Table, control.Outcomes, null, seed + 1);
        var gained = treated.Outcomes.Zip(expectedControl.Predict(treated.Table), (seen, expected) => (float)(seen - expected)).ToArray();
        var missed = control.Outcomes.Zip(expectedTreated.Predict(control.Table), (seen, expected) => (float)(expected - seen)).ToArray();
        var share = rows.TreatedShare;
        return new WeightedUplift([(1 - share, effect.Learn(treated.Table, gained, null, seed + 2)), (share, effect.Learn(control.Table, missed, null, seed + 3))]);
    }
}

/// <summary>A weighted sum of models of the effect.</summary>
internal sealed class WeightedUplift(IReadOnlyList<(double Weight, ILearned Effect)> parts) : IUplift
{
    public double[] Predict(TableRows rows)
    {
        var sums = new double[rows.Count];
        foreach (var (weight, effect) in parts)
        {
            var values = effect.Predict(rows);
            for (var row = 0; row < sums.Length; row++)
                sums[row] += weight * values[row];
        }
        return sums;
    }

    public string Export(GraphBuilder graph, string features, TableSchema schema) => parts
        .Select(part => graph.Node("Mul", [part.Effect.Export(graph, features, schema), graph.Constant(graph.Fresh("weight"), (float)part.Weight)]))
        .ToList().Aggregate((sum, next) => graph.Node("Add", [sum, next]));
}
