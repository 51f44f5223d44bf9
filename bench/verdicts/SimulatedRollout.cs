using ModelOps.Contracts.Deployments;
using ModelOps.Monitor.Verdicts;

namespace ModelOps.Bench.Verdicts;

/// <summary>
/// Shoppers who differ in how readily they click (a beta distribution around the arm's click rate, half as wide as its mean) and come
/// back for several answers of ten products, judged after every few answers by the monitor's own code.
/// </summary>
/// <param name="ClickRate">Of the champion, per product shown.</param>
/// <param name="Times">The challenger's click rate as a multiple of it.</param>
/// <param name="Share">Of the shoppers who see the challenger.</param>
/// <param name="Steps">Of the rollout, which share the probability of a false alarm.</param>
public sealed record SimulatedRollout(double ClickRate, double Times, double Share, int Steps = 4)
{
    private const int Products = 10;
    private const double Spread = .5; // standard deviation of shoppers' rates over their mean
    private const double ComeBack = .75; // the probability of another answer after each
    private const int AtATime = 20; // of an arm's shoppers are in the shop

    /// <summary>Lets shoppers come until the judge rolls back.</summary>
    /// <param name="impressions">Products that the challenger shows at most.</param>
    /// <returns>The products that the challenger had shown when it was rolled back; null if it was not.</returns>
    public long? RolledBackAfter(int seed, long impressions)
    {
        var random = new Random(seed);
        var arms = new[] { new SimulatedArm(random, ClickRate), new SimulatedArm(random, ClickRate * Times) };
        for (var (answers, look) = (0L, 1L); arms[1].Sums.Trials < impressions; answers++)
        {
            arms[random.NextDouble() < Share ? 1 : 0].Answer(Products, Spread, ComeBack);
            if (answers < look)
                continue;
            look = Math.Max(answers + 20, (long)(answers * 1.005)); // seconds apart at first, minutes later
            if (Judge.Of(DefaultGuards.All, new Dictionary<string, ArmTotals> { [Arm.Challenger] = arms[1].Totals }, arms[0].Totals, new Strictness(100, Steps)).Kind == VerdictKind.Fail)
                return (long)arms[1].Sums.Trials;
        }
        return null;
    }

    /// <summary>One arm's shoppers: some are in the shop at a time, each for a number of answers that is geometrically distributed.</summary>
    private sealed class SimulatedArm(Random random, double clickRate)
    {
        private readonly List<(double Rate, double Trials, double Hits)> shoppers = [];
        private long answers;

        public UserSums Sums { get; private set; } = UserSums.None;

        public ArmTotals Totals => ArmTotals.None with
        {
            Requests = answers,
            Reactions = new Reactions(answers, Sums, UserSums.None),
        };

        public void Answer(int products, double spread, double comeBack)
        {
            var isNew = shoppers.Count < AtATime || random.NextDouble() >= comeBack;
            var place = random.Next(Math.Max(1, shoppers.Count));
            var (rate, trials, hits) = isNew ? (Beta(clickRate, spread), 0, 0) : shoppers[place];
            double clicks = 0;
            for (var product = 0; product < products; product++)
                clicks += random.NextDouble() < rate ? 1 : 0;
            Sums = isNew ? Sums.With(products, clicks) : Sums.Grown(trials, hits, products, clicks);
            var shopper = (rate, trials + products, hits + clicks);
            if (shoppers.Count < AtATime)
                shoppers.Add(shopper);
            else
                shoppers[place] = shopper; // who leaves makes room
            answers++;
        }

        /// <summary>A beta-distributed share of the given mean.</summary>
        private double Beta(double mean, double spread)
        {
            var size = ((1 - mean) / (mean * spread * spread)) - 1;
            var (hit, miss) = (Gamma(mean * size), Gamma((1 - mean) * size));
            return hit / (hit + miss);
        }

        /// <summary>Marsaglia and Tsang, "A simple method for generating gamma variables" (2000).</summary>
        private double Gamma(double shape)
        {
            if (shape < 1)
                return Gamma(shape + 1) * Math.Pow(random.NextDouble(), 1 / shape);
            var d = shape - (1 / 3.0);
            while (true)
            {
                var x = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
                var v = Math.Pow(1 + (x / Math.Sqrt(9 * d)), 3);
                if (v > 0 && Math.Log(1 - random.NextDouble()) < (x * x / 2) + d - (d * v) + (d * Math.Log(v)))
                    return d * v;
            }
        }
    }
}
