using Google.OrTools.LinearSolver;

namespace ModelOps.Pipeline.Audiences.Allocation;

/// <summary>
/// The small linear program of prices: each <see cref="Demand"/> that was found is a plane below the bound (Kelley's cutting planes, 1960;
/// the dual of Dantzig and Wolfe's decomposition). Solved by GLOP of OR-Tools after every plane.
/// </summary>
internal sealed class PriceMaster : IDisposable
{
    private readonly AllocationProblem problem;
    private readonly Solver solver = Solver.CreateSolver("GLOP");
    private readonly Variable least;
    private readonly Variable[] prices;

    public PriceMaster(AllocationProblem problem)
    {
        this.problem = problem;
        var most = problem.Values.Length == 0 ? 0 : Math.Max(0, problem.Values.Max());
        least = solver.MakeNumVar(0, double.PositiveInfinity, "bound");
        // At a price above the greatest value over the smallest use, nobody takes any of it.
        prices = [.. problem.Limits.Select((limit, i) => solver.MakeNumVar(0, most / Math.Max(1e-12, limit.Uses.Where(use => use > 0).DefaultIfEmpty(1).Min()), $"price{i}"))];
        solver.Minimize(least);
    }

    /// <returns>The prices to ask next, and what the bound cannot fall below.</returns>
    public (double[] Prices, double Least) Add(Demand demand)
    {
        // bound ≥ value + Σ price · (amount − used)
        var plane = solver.MakeConstraint(demand.Value, double.PositiveInfinity);
        plane.SetCoefficient(least, 1);
        for (var i = 0; i < prices.Length; i++)
            plane.SetCoefficient(prices[i], demand.Used[i] - problem.Limits[i].AtMost);
        var status = solver.Solve();
        return status == Solver.ResultStatus.OPTIMAL
            ? ([.. prices.Select(price => price.SolutionValue())], solver.Objective().Value())
            : throw new InvalidOperationException($"The program of prices ended as {status}. Values or uses of very different sizes do that: give them in one unit.");
    }

    public void Dispose() => solver.Dispose();
}
