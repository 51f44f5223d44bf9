using ModelOps.Search;
using ModelOps.Search.Analysis;
using ModelOps.Search.Index;
using ModelOps.Search.Learning;
using ModelOps.Search.Packages;
using ModelOps.Search.Ranking;

namespace ModelOps.Bench.Search;

/// <summary>
/// What is learned from clicks, where the truth is known: simulated shoppers ask icecat's judged queries, are answered by untuned BM25F, look at
/// place p with the probability p to the power of −<see cref="Inattention"/>, and click what they look at by its grade. Weights learned from these
/// clicks, as they are and with the places' part taken out, are measured by the judges' grades, beside weights learned from the grades.
/// </summary>
internal static class ClicksBench
{
    private const double Inattention = 1;
    private const int Answers = 300, Shown = 20;

    /// <summary>Answers in which two products have changed places, as prices and stock do that.</summary>
    private const double Swapped = .3;

    /// <summary>By grade: how likely it is clicked where it is looked at. What nobody judged is taken as grade 0.</summary>
    private static readonly double[] Attracts = [.05, .15, .35, .6];

    /// <summary>Places of which it is shown what was found.</summary>
    private static readonly int[] Reported = [2, 3, 5, 10];

    private static readonly SearchWeights Logging = new() { Fields = [1, 1, 1, 1, 1], Lengths = [.75, .75, .75, .75, .75], Coverage = 0, Features = [] };

    public static void Run(string folder, int seeds)
    {
        var data = Icecat.Read(folder);
        using var engine = new SearchEngine(CatalogueIndex.Build(data.Products, Stemmer.Of(Stemmer.English)), new SearchSettings());
        List<JudgedQuery> truth = [.. data.Queries.Where(query => query.CanRank)];
        var learner = new WeightLearner(engine);
        Show("untuned BM25F, which answered", learner, truth, Logging);
        Show("defaults", learner, truth, SearchWeights.Default);
        Show("learned from the grades", learner, truth, Learn(learner, truth));
        for (var seed = 1; seed <= seeds; seed++)
        {
            var clicks = Simulate(engine, truth, new Random(seed));
            var bias = PositionModel.Fit(clicks);
            Console.WriteLine($"seed {seed}: {clicks.Sum(row => row.Clicked):N0} clicks; places looked at, simulated and found: {string.Join(", ", Reported.Select(place => $"{place}: {Math.Pow(place, -Inattention):f2} {bias.Examined[place - 1]:f2}"))}");
            foreach (var (name, model) in new[] { ("clicks as they are", PositionModel.Raw(clicks)), ("the places' part taken out", bias) })
            {
                var made = ClickJudgements.Of(clicks, model, new HashSet<string>());
                Console.WriteLine($"  {name}: rank correlation with the grades {Correlation(made, truth):f3}");
                Show($"  learned from {name}", learner, truth, Learn(learner, made));
            }
        }
    }

    /// <summary>The defaults have no advantage, so that it shows what the clicks alone say.</summary>
    private static SearchWeights Learn(WeightLearner learner, IReadOnlyList<JudgedQuery> queries) => learner.Learn(queries, leastGain: double.NegativeInfinity).Weights;

    private static List<PlaceClicks> Simulate(SearchEngine engine, List<JudgedQuery> truth, Random random)
    {
        var counts = new Dictionary<(string Query, string Item, int Place), (int Shown, int Clicked)>();
        foreach (var query in truth)
        {
            var ranking = engine.Search(query.Text, Logging).Products.Take(Shown).Select(product => engine.Index.Products[product.Document].Id).ToArray();
            for (var answer = 0; answer < Answers; answer++)
            {
                var shown = ranking.ToArray();
                if (shown.Length > 1 && random.NextDouble() < Swapped)
                {
                    var (one, other) = (random.Next(shown.Length), random.Next(shown.Length));
                    (shown[one], shown[other]) = (shown[other], shown[one]);
                }
                foreach (var (index, item) in shown.Index())
                {
                    var isClicked = random.NextDouble() < Math.Pow(index + 1, -Inattention) && random.NextDouble() < Attracts[(int)Math.Clamp(query.Grades.GetValueOrDefault(item), 0, 3)];
                    var (times, clicked) = counts.GetValueOrDefault((query.Text, item, index + 1));
                    counts[(query.Text, item, index + 1)] = (times + 1, clicked + (isClicked ? 1 : 0));
                }
            }
        }
        return [.. counts.Select(pair => new PlaceClicks(pair.Key.Query, pair.Key.Item, pair.Key.Place, pair.Value.Shown, pair.Value.Clicked))];
    }

    /// <summary>Goodman and Kruskal's gamma: of pairs of products with different grades, those in the grades' order minus those against it, over queries.</summary>
    private static double Correlation(IReadOnlyList<JudgedQuery> made, IReadOnlyList<JudgedQuery> truth)
    {
        double right = 0, wrong = 0;
        foreach (var query in made)
        {
            var grades = truth.Single(judged => judged.Text == query.Text).Grades;
            var products = query.Grades.Select(product => (Made: product.Value, True: grades.GetValueOrDefault(product.Key))).ToList();
            foreach (var (left, other) in products.SelectMany((left, i) => products.Skip(i + 1).Select(other => (left, other))).Where(pair => pair.left.True != pair.other.True && pair.left.Made != pair.other.Made))
            {
                if (left.Made > other.Made == left.True > other.True)
                    right++;
                else
                    wrong++;
            }
        }
        return right + wrong > 0 ? (right - wrong) / (right + wrong) : 0;
    }

    private static void Show(string name, WeightLearner learner, List<JudgedQuery> truth, SearchWeights weights) =>
        Console.WriteLine($"{name,-46} NDCG@10 {learner.Measure(truth, weights).Average():f4}  condensed {learner.Measure(truth, weights, condensed: true).Average():f4}");
}
