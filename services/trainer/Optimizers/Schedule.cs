// Loshchilov, Hutter: SGDR: Stochastic Gradient Descent with Warm Restarts. ICLR 2017, https://arxiv.org/abs/1608.03983 (one half-wave of it)
namespace ModelOps.Trainer.Optimizers;

/// <summary>How the learning rate goes over a training: as a share of the one that was given.</summary>
/// <param name="Kind"><c>constant</c>, <c>cosine</c> from 1 to 0 over all passes, or <c>plateau</c>, halved after passes that brought nothing.</param>
/// <param name="WarmupSteps">Steps over which it rises from 0.</param>
/// <param name="Passes">The most passes.</param>
public sealed record Schedule(string Kind, int WarmupSteps, int Passes)
{
    /// <summary>Passes without a better validation after which <c>plateau</c> halves.</summary>
    public const int PlateauPasses = 3;

    /// <param name="step">Steps taken in this stage.</param>
    /// <param name="pass">Passes begun in this stage, with the share of the present one that is done.</param>
    /// <param name="halvings">How often validation stood still before this pass.</param>
    public double ShareAt(long step, double pass, int halvings)
    {
        var warmed = WarmupSteps == 0 ? 1 : Math.Min(1, (step + 1.0) / WarmupSteps);
        return warmed * Kind switch
        {
            "cosine" => 0.5 * (1 + Math.Cos(Math.PI * Math.Min(1, pass / Passes))),
            "plateau" => Math.Pow(0.5, halvings),
            _ => 1,
        };
    }

    /// <summary>How often validation had stood still before <paramref name="pass"/> (from 0), given each pass's NDCG@10.</summary>
    public static int HalvingsBefore(int pass, IReadOnlyList<double> validations)
    {
        ArgumentNullException.ThrowIfNull(validations);
        var (best, since, halvings) = (double.MinValue, 0, 0);
        foreach (var value in validations.Take(pass))
        {
            (best, since) = value > best ? (value, 0) : (best, since + 1);
            if (since == PlateauPasses)
                (since, halvings) = (0, halvings + 1);
        }
        return halvings;
    }
}
