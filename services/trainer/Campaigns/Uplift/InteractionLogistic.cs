using ModelOps.Features.Tables;
using ModelOps.Trainer.Campaigns.Learners;

namespace ModelOps.Trainer.Campaigns.Uplift;

/// <summary>
/// One logistic model in which being treated meets every design column (an S-learner with interactions; Lo, "The true lift model", 2002).
/// What treatment changes is shrunk more than what it does not, so that uplift has to show itself.
/// </summary>
/// <param name="ridge">Of the weights that both groups share.</param>
/// <param name="interactionRidge">Of the weights that treatment adds; its own constant is not shrunk.</param>
public sealed class InteractionLogistic(double ridge = 1, double interactionRidge = 60) : IUpliftLearner
{
    public string Name => "S-learner, logistic with interactions";

    public IUplift Learn(UpliftRows rows, int seed)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var width = rows.Table.Width;
        double[] ridges = [.. Enumerable.Repeat(ridge, width), .. Enumerable.Repeat(interactionRidge, width), 1e-6];
        // The treatment is ±½: neither group is the one that the shared weights describe.
        var weights = LogisticLearner.Newton(2 * width + 1, rows.Count, (row, design) =>
        {
            var shared = rows.Table.Design.AsSpan(row * width, width);
            var side = rows.Treated[row] ? .5 : -.5;
            LogisticLearner.Widen(shared, design);
            for (var i = 0; i < width; i++)
                design[width + i] = side * shared[i];
            design[2 * width] = side;
        }, ridges, rows.Outcomes, null);
        return new TwoModels.Difference(Side(weights, width, .5), Side(weights, width, -.5));
    }

    private static Linear Side(double[] weights, int width, double side) =>
        new([.. Enumerable.Range(0, width).Select(i => weights[i] + side * weights[width + i]), weights[^1] + side * weights[2 * width]], true);
}
