using ModelOps.Features.Tables;
using ModelOps.Trainer.Campaigns.Learners;
using ModelOps.Trainer.Onnx;

namespace ModelOps.Trainer.Campaigns.Uplift;

/// <summary>A model of the treated less a model of the control group (the T-learner of Künzel et al., PNAS 116, 2019).</summary>
public sealed class TwoModels(ILearner outcome) : IUpliftLearner
{
    public string Name => $"two models, {outcome.Name}";

    public IUplift Learn(UpliftRows rows, int seed)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var (treated, control) = (rows.Group(true), rows.Group(false));
        return new Difference(outcome.Learn(treated.Table, treated.Outcomes, null, seed), outcome.Learn(control.Table, control.Outcomes, null, seed + 1));
    }

    internal sealed class Difference(ILearned treated, ILearned control) : IUplift
    {
        public double[] Predict(TableRows rows) => [.. treated.Predict(rows).Zip(control.Predict(rows), (one, other) => one - other)];

        public string Export(GraphBuilder graph, string features, TableSchema schema) =>
            graph.Node("Sub", [treated.Export(graph, features, schema), control.Export(graph, features, schema)]);
    }
}
