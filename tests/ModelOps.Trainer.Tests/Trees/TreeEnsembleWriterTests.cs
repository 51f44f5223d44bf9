using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelOps.Trainer.Onnx;
using ModelOps.Trainer.Trees;
using ElementType = ModelOps.Trainer.Onnx.Format.TensorProto.Types.DataType;

namespace ModelOps.Trainer.Tests.Trees;

public sealed class TreeEnsembleWriterTests
{
    private const int Columns = 5, Rows = 10_000;

    /// <summary>The promise: the graph is LightGBM within 1e-5 on 10,000 rows, with categories that training never saw and values that are missing.</summary>
    [Theory]
    [InlineData("regression", 1)]
    [InlineData("binary", 1)]
    [InlineData("multiclass", 4)]
    [InlineData("poisson", 1)]
    [InlineData("cross_entropy", 1)]
    public void Write_CategoriesAndMissingValues_AgreesWithLightGbm(string objective, int classes)
    {
        using var booster = Grow(objective, classes);
        var rows = Values(Rows, 7, unseen: true);

        var difference = LargestDifference(booster, rows);

        Assert.True(difference < 1e-5, $"differs by {difference:g3}");
    }

    /// <summary>A column without missing values in training takes a missing one as 0 later, as LightGBM does.</summary>
    [Fact]
    public void Write_MissingValuesOnlyLater_CountAsZero()
    {
        var values = Values(2_000, 3, unseen: false).Select(value => float.IsNaN(value) ? 1 : value).ToArray();
        using var booster = Booster.Train(new TreeRows(values, Columns, Labels(values, "binary")) { Categorical = [3] }, null, new BoosterOptions { Rounds = 30 });

        Assert.True(LargestDifference(booster, Values(5_000, 4, unseen: true)) < 1e-5);
    }

    /// <summary>Thresholds lie between floats: values next to them must go the same way.</summary>
    [Fact]
    public void Write_ValuesAtTheThresholds_GoTheSameWay()
    {
        var random = new Random(5);
        var close = Enumerable.Range(0, 4_000).Select(i => MathF.BitIncrement(1 + i / 7 * 1.1920929e-7f)).ToArray();
        var labels = close.Select(value => value * 1e6f % 7 + (float)random.NextDouble()).ToArray();
        using var booster = Booster.Train(new TreeRows(close, 1, labels), null, new BoosterOptions { Objective = "regression", Rounds = 60, RowsInLeaf = 1 });

        Assert.True(booster.Predict(close).Distinct().Count() > 50);
        Assert.True(LargestDifference(booster, close) < 1e-5);
    }

    [Fact]
    public void Train_ValidationNoLongerGains_KeepsTheBestRounds()
    {
        var (train, valid) = (Values(1_000, 1, unseen: false), Values(1_000, 2, unseen: false));
        var random = new Random(9);
        float[] noise(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)random.Next(2))];

        using var booster = Booster.Train(new TreeRows(train, Columns, noise(1_000)), new TreeRows(valid, Columns, noise(1_000)), new BoosterOptions { Rounds = 400, EarlyStopping = 10 });

        Assert.InRange(booster.Rounds, 1, 100);
        Assert.Equal(booster.Rounds, booster.Trees().Trees.Count);
        Assert.Contains("objective=binary", booster.Save(), StringComparison.Ordinal);
    }

    [Fact]
    public void Train_UnknownObjective_SaysWhatLightGbmSays() =>
        Assert.Contains("Unknown objective", Assert.Throws<TreesException>(() => Booster.Train(new TreeRows([1, 2], 1, [0, 1]), null, new BoosterOptions { Objective = "nonsense" })).Message, StringComparison.Ordinal);

    [Fact]
    public void Write_SquareRootRegression_IsRefused()
    {
        var values = Values(500, 1, unseen: false);
        using var booster = Booster.Train(
            new TreeRows(values, Columns, Labels(values, "regression")), null, new BoosterOptions { Objective = "regression", Rounds = 2, More = new Dictionary<string, string> { ["reg_sqrt"] = "true" } });
        Assert.Throws<TreesException>(() => LargestDifference(booster, values));
    }

    private static Booster Grow(string objective, int classes)
    {
        var values = Values(4_000, 1, unseen: false);
        var rows = new TreeRows(values, Columns, Labels(values, objective)) { Categorical = [3, 4] };
        return Booster.Train(rows, null, new BoosterOptions { Objective = objective, Classes = classes, Rounds = 120, More = new Dictionary<string, string> { ["cat_smooth"] = "1", ["min_data_per_group"] = "5" } });
    }

    /// <summary>Three numbers, one of few and one of many categories; a tenth is missing.</summary>
    private static float[] Values(int rows, int seed, bool unseen)
    {
        var random = new Random(seed);
        var values = new float[rows * Columns];
        for (var i = 0; i < values.Length; i++)
        {
            var value = (i % Columns) switch
            {
                3 => random.Next(unseen ? 9 : 6),
                4 => random.Next(unseen ? 200 : 150),
                2 => random.Next(4),
                _ => (float)(random.NextDouble() * 2 - 1),
            };
            values[i] = random.Next(10) == 0 ? float.NaN : value;
        }
        return values;
    }

    private static float[] Labels(float[] values, string objective)
    {
        var random = new Random(11);
        return [.. values.Chunk(Columns).Select(row =>
        {
            var signal = (float.IsNaN(row[0]) ? 1 : row[0]) + (row[3] is 1 or 4 ? 1 : 0) + (float.IsNaN(row[4]) ? .5 : Math.Sin(row[4])) + random.NextDouble();
            return objective switch
            {
                "regression" => (float)signal,
                "poisson" => (float)Math.Floor(Math.Max(0, signal + 1)),
                "multiclass" => (float)Math.Clamp(Math.Floor(signal + 1), 0, 3),
                _ => signal > 1 ? 1 : 0,
            };
        })];
    }

    private static double LargestDifference(Booster booster, float[] rows)
    {
        var expected = booster.Predict(rows);
        var graph = new GraphBuilder("trees");
        var features = graph.Input("features", ElementType.Float, "batch", booster.Columns);
        graph.Output("values", TreeEnsembleWriter.Write(graph, features, booster.Trees()), ElementType.Float, "batch", booster.Outputs);
        using var session = new InferenceSession(graph.Build().ToByteArray());
        using var results = session.Run([NamedOnnxValue.CreateFromTensor("features", new DenseTensor<float>(rows, [rows.Length / booster.Columns, booster.Columns]))]);
        var actual = results[0].AsTensor<float>().ToArray();
        Assert.Equal(expected.Length, actual.Length);
        return expected.Zip(actual, (one, other) => Math.Abs(one - other) / Math.Max(1, Math.Abs(one))).Max();
    }
}
