using System.Diagnostics;
using System.Globalization;
using System.Text;
using CsvHelper;
using ModelOps.Search.Analysis;
using ModelOps.Trainer.Trees;

namespace ModelOps.Bench.Search;

/// <summary>
/// Relevance, 1 to 3, of 74,067 pairs of query and title: gradient-boosted trees on lexical features, folds by query, so that no
/// query is learned from and measured on. The features look at texts alone.
/// </summary>
internal static class HomeDepotBench
{
    /// <summary>Few leaves of many rows, because three judges' mean is noisy.</summary>
    private static readonly BoosterOptions Options = new()
    {
        Objective = "regression",
        Rounds = 450,
        EarlyStopping = 0,
        LearningRate = .045,
        Leaves = 40,
        RowsInLeaf = 60,
        RowShare = .8,
        ColumnShare = .4,
        Ridge = 5,
    };

    public static void Run(string folder, int folds, int seeds)
    {
        var (pairs, grades) = Read(Path.Combine(folder, "train.csv"));
        var watch = Stopwatch.StartNew();
        var stemmer = Stemmer.Of(Stemmer.English);
        var rows = PairFeatures.Of(pairs, stemmer);
        var queries = pairs.Select(pair => pair.Query).Distinct().ToArray();
        Console.WriteLine($"{pairs.Count} pairs, {queries.Length} queries, {rows[0].Length} features in {watch.Elapsed.TotalSeconds:f0} s");
        new Random(1).Shuffle(queries);
        var foldOf = queries.Index().ToDictionary(query => query.Item, query => query.Index % folds, StringComparer.Ordinal);
        var partOf = queries.Index().ToDictionary(query => query.Item, query => query.Index / folds, StringComparer.Ordinal);
        var words = pairs.Select(pair => WordEffects.Of(pair, stemmer)).ToArray();
        double squares = 0;
        var count = 0;
        for (var fold = 0; fold < folds; fold++)
        {
            watch.Restart();
            int[] train = [.. Enumerable.Range(0, pairs.Count).Where(i => foldOf[pairs[i].Query] != fold)], test = [.. Enumerable.Range(0, pairs.Count).Where(i => foldOf[pairs[i].Query] == fold)];
            var effects = Effects(words, grades, train, test, i => partOf[pairs[i].Query]);
            var learned = TableOf(rows, effects, grades, train);
            var asked = TableOf(rows, effects, grades, test);
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

    private static TreeRows TableOf(float[][] rows, float[] effects, float[] grades, int[] chosen) =>
        new([.. chosen.SelectMany(i => rows[i].Append(effects[i]))], rows[0].Length + 1, [.. chosen.Select(i => grades[i])]);

    /// <summary>What words alone predict: of the training's pairs by models that did not see their query, of the others by one that saw all of the training's.</summary>
    private static float[] Effects(int[][] words, float[] grades, int[] train, int[] test, Func<int, int> partOf)
    {
        const int Parts = 5;
        var effects = new float[words.Length];
        void Fill(IEnumerable<int> learn, IEnumerable<int> ask)
        {
            var from = learn.ToArray();
            var learned = WordEffects.Learn([.. from.Select(i => words[i])], [.. from.Select(i => grades[i])], seed: 1);
            foreach (var i in ask)
                effects[i] = learned.Predict(words[i]);
        }
        Fill(train, test);
        Parallel.For(0, Parts, part => Fill(train.Where(i => partOf(i) % Parts != part), train.Where(i => partOf(i) % Parts == part)));
        return effects;
    }

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
