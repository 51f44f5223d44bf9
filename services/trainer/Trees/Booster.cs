using System.Text;

namespace ModelOps.Trainer.Trees;

/// <summary>Gradient-boosted trees by LightGBM (Ke et al., NeurIPS 2017). The same rows, options and number of threads give the same trees.</summary>
public sealed class Booster : IDisposable
{
    /// <summary>Metrics of which more is better; of all others less is.</summary>
    private static readonly HashSet<string> Rising = ["auc", "average_precision", "ndcg", "map", "auc_mu"];

    private nint handle;

    private Booster(nint handle, int columns)
    {
        (this.handle, Columns) = (handle, columns);
        LightGbm.Check(LightGbm.BoosterGetNumClasses(handle, out var outputs));
        Outputs = outputs;
    }

    public int Columns { get; }

    /// <summary>Values a row: 1, or the number of classes.</summary>
    public int Outputs { get; }

    /// <summary>Rounds that are used: those up to the best on the validation rows.</summary>
    public int Rounds { get; private init; }

    /// <summary>The metric at the best round; NaN without validation rows.</summary>
    public double Best { get; private init; } = double.NaN;

    /// <param name="validation">Rows that end the training when they no longer gain; none: all rounds are grown.</param>
    /// <exception cref="TreesException">LightGBM does not take the parameters or the rows.</exception>
    public static Booster Train(TreeRows rows, TreeRows? validation, BoosterOptions options)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(options);
        var parameters = options.Text(rows.Categorical);
        nint train = 0, valid = 0, booster = 0;
        try
        {
            train = Dataset(rows, parameters, 0);
            LightGbm.Check(LightGbm.BoosterCreate(train, parameters, out booster));
            if (validation is not null)
            {
                valid = Dataset(validation, parameters, train);
                LightGbm.Check(LightGbm.BoosterAddValidData(booster, valid));
            }
            var (rounds, best) = Grow(booster, validation is not null, options);
            var trained = new Booster(booster, rows.Columns) { Rounds = rounds, Best = best };
            booster = 0;
            return trained;
        }
        finally
        {
            if (booster != 0)
                _ = LightGbm.BoosterFree(booster);
            if (valid != 0)
                _ = LightGbm.DatasetFree(valid);
            if (train != 0)
                _ = LightGbm.DatasetFree(train);
        }
    }

    /// <param name="values">(rows, columns).</param>
    /// <param name="raw">Sums of leaves, before the objective's own function makes probabilities of them.</param>
    /// <returns>(rows, outputs).</returns>
    public unsafe double[] Predict(ReadOnlySpan<float> values, bool raw = false)
    {
        var rows = values.Length / Columns;
        var results = new double[rows * Outputs];
        if (rows == 0)
            return results;
        fixed (float* data = values)
        fixed (double* result = results)
        {
            var kind = raw ? LightGbm.PredictRaw : LightGbm.PredictTransformed;
            LightGbm.Check(LightGbm.BoosterPredictForMat(handle, data, LightGbm.Float32, rows, Columns, 1, kind, 0, Rounds, "verbosity=-1", out _, result));
        }
        return results;
    }

    /// <summary>The model in LightGBM's own text format, which its tools read.</summary>
    public unsafe string Save() =>
        Text((long capacity, out long length, byte* text) => LightGbm.BoosterSaveModelToString(handle, 0, Rounds, 0, capacity, out length, text));

    /// <summary>The trees, for <see cref="TreeEnsembleWriter"/>.</summary>
    public unsafe TreeEnsemble Trees() =>
        TreeEnsemble.Read(Text((long capacity, out long length, byte* text) => LightGbm.BoosterDumpModel(handle, 0, Rounds, 0, capacity, out length, text)));

    public void Dispose()
    {
        if (handle != 0)
            _ = LightGbm.BoosterFree(handle);
        handle = 0;
    }

    private static unsafe nint Dataset(TreeRows rows, string parameters, nint reference)
    {
        if (rows.Values.Length != (long)rows.Count * rows.Columns)
            throw new TreesException($"{rows.Count} labels and {rows.Columns} columns ask for {(long)rows.Count * rows.Columns} values, not {rows.Values.Length}. Give a value for each column of each row; NaN is missing.");
        nint dataset;
        fixed (float* data = rows.Values)
            LightGbm.Check(LightGbm.DatasetCreateFromMat(data, LightGbm.Float32, rows.Count, rows.Columns, 1, parameters, reference, out dataset));
        fixed (float* labels = rows.Labels)
            LightGbm.Check(LightGbm.DatasetSetField(dataset, "label", labels, rows.Count, LightGbm.Float32));
        if (rows.Weights is not null)
        {
            fixed (float* weights = rows.Weights)
                LightGbm.Check(LightGbm.DatasetSetField(dataset, "weight", weights, rows.Count, LightGbm.Float32));
        }
        if (rows.Groups is not null)
        {
            fixed (int* groups = rows.Groups)
                LightGbm.Check(LightGbm.DatasetSetField(dataset, "group", groups, rows.Groups.Length, LightGbm.Int32));
        }
        return dataset;
    }

    /// <returns>The rounds to use, and the metric there.</returns>
    private static (int Rounds, double Best) Grow(nint booster, bool validated, BoosterOptions options)
    {
        LightGbm.Check(LightGbm.BoosterGetEvalCounts(booster, out var metrics));
        var rises = Rising.Contains(options.Metric) || (options.Metric.Length == 0 && options.Objective is "lambdarank" or "rank_xendcg");
        var (best, bestRound, round) = (double.NaN, 0, 0);
        while (round < options.Rounds)
        {
            LightGbm.Check(LightGbm.BoosterUpdateOneIter(booster, out var finished));
            round++;
            if (validated && metrics > 0)
            {
                var value = Metric(booster, metrics);
                if (double.IsNaN(best) || (rises ? value > best : value < best))
                    (best, bestRound) = (value, round);
                if (options.EarlyStopping > 0 && round - bestRound >= options.EarlyStopping)
                    break;
            }
            if (finished != 0)
                break;
        }
        return bestRound > 0 && options.EarlyStopping > 0 ? (bestRound, best) : (round, best);
    }

    private static unsafe double Metric(nint booster, int metrics)
    {
        var values = new double[metrics];
        fixed (double* first = values)
            LightGbm.Check(LightGbm.BoosterGetEval(booster, 1, out _, first));
        return values[0];
    }

    private unsafe delegate int Writing(long capacity, out long length, byte* text);

    private static unsafe string Text(Writing write)
    {
        var buffer = new byte[1 << 20];
        while (true)
        {
            long length;
            fixed (byte* text = buffer)
                LightGbm.Check(write(buffer.Length, out length, text));
            if (length <= buffer.Length)
                return Encoding.UTF8.GetString(buffer, 0, (int)length - 1); // the last byte is C's end of text
            buffer = new byte[length];
        }
    }
}
