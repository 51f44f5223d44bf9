using System.Diagnostics;
using System.Globalization;
using System.Text;
using CsvHelper;
using ModelOps.Search.Analysis;
using ModelOps.Search.Learning;
using ModelOps.Trainer.Trees;

namespace ModelOps.Bench.Search;

/// <summary>
/// Relevance, 1 to 3, of 74,067 pairs of query and title: gradient-boosted trees on lexical features, folds by query, so that no
/// query is learned from and measured on. The features look at texts alone.
/// </summary>
internal static class HomeDepotBench
{
    /// <summary>Chosen on the first fold's training queries, a fifth of them held out.</summary>
    private static readonly BoosterOptions Options = new()
    {
        Objective = "regression", Rounds = 700, EarlyStopping = 0, LearningRate = .03, Leaves = 40, RowsInLeaf = 60, RowShare = .8, ColumnShare = .4, Ridge = 5,
    };

    public static void Run(string folder, int folds, int seeds)
    {
        var (pairs, grades) = Read(Path.Combine(folder, "train.csv"));
        var watch = Stopwatch.StartNew();
        var rows = PairFeatures.Of(pairs, Stemmer.Of(Stemmer.English));
        var queries = pairs.Select(pair => pair.Query).Distinct().ToArray();
        Console.WriteLine($"{pairs.Count} pairs, {queries.Length} queries, {rows[0].Length} features in {watch.Elapsed.TotalSeconds:f0} s");
        new Random(1).Shuffle(queries);
        var foldOf = queries.Index().ToDictionary(query => query.Item, query => query.Index % folds, StringComparer.Ordinal);
        double squares = 0;
        var count = 0;
        for (var fold = 0; fold < folds; fold++)
        {
            watch.Restart();
            int[] train = [.. Enumerable.Range(0, pairs.Count).Where(i => foldOf[pairs[i].Query] != fold)], test = [.. Enumerable.Range(0, pairs.Count).Where(i => foldOf[pairs[i].Query] == fold)];
            var learned = TableOf(rows, grades, train);
            var asked = TableOf(rows, grades, test);
            var mean = new double[test.Length];
            for (var seed = 1; seed <= seeds; seed++)
            {
                using var booster = Booster.Train(learned, null, Options with { Seed = seed });
                foreach (var (i, predicted) in booster.Predict(asked.Values).Index())
                    mean[i] += Math.Clamp(predicted, 1, 3) / seeds;
            }
            var error = mean.Select((predicted, i) => Math.Pow(predicted - grades[test[i]], 2)).Sum();
            var average = train.Average(i => (double)grades[i]);
            var deviation = Math.Sqrt(test.Average(i => Math.Pow(grades[i] - average, 2)));
            Console.WriteLine($"fold {fold + 1}: RMSE {Math.Sqrt(error / test.Length):f4} (the mean alone {deviation:f4}), {watch.Elapsed.TotalSeconds:f0} s");
            (squares, count) = (squares + error, count + test.Length);
        }
        Console.WriteLine($"RMSE {Math.Sqrt(squares / count):f4} over {folds} folds by query");
    }

    private static TreeRows TableOf(float[][] rows, float[] grades, int[] chosen) =>
        new([.. chosen.SelectMany(i => rows[i])], rows[0].Length, [.. chosen.Select(i => grades[i])]);

    /// <summary>The file is Windows-1252, which Latin-1 reads but for quotes and dashes that no feature looks at.</summary>
    private static (List<QueryTitle> Pairs, float[] Grades) Read(string path)
    {
        using var csv = new CsvReader(new StreamReader(path, Encoding.Latin1), CultureInfo.InvariantCulture);
        var pairs = new List<QueryTitle>();
        var grades = new List<float>();
        csv.Read();
        csv.ReadHeader();
        while (csv.Read())
        {
            pairs.Add(new QueryTitle(csv.GetField("search_term")!, csv.GetField("product_title")!));
            grades.Add(csv.GetField<float>("relevance"));
        }
        return (pairs, [.. grades]);
    }
}
