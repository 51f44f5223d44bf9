using Microsoft.ML.OnnxRuntime;
using ModelOps.Features;
using ModelOps.Trainer.Architectures;

namespace ModelOps.Trainer.Onnx;

/// <summary>Holds an exported graph against the model it came from.</summary>
public static class ParityCheck
{
    /// <summary>The largest difference that a score may have.</summary>
    public const double Tolerance = 1e-4;

    /// <summary>Scores <paramref name="rows"/> both ways and returns the largest difference over all items.</summary>
    /// <param name="rows">Encoded histories, one after the other.</param>
    /// <exception cref="ParityException">The difference is above <see cref="Tolerance"/>: the file must not be used.</exception>
    public static double Verify(IRecommender model, string modelPath, long[] rows)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(rows);
        var length = model.Length;
        var expected = new float[rows.Length / length * (model.Items + 1)];
        model.Score(rows, expected);
        var exported = Scores(modelPath, rows, length);
        if (expected.Length != exported.Length)
            throw new ParityException($"{modelPath} gives {exported.Length} scores where the model gives {expected.Length}.");
        var columns = expected.Length / (rows.Length / length);
        var difference = 0.0;
        for (var i = 0; i < expected.Length; i++)
        {
            if (i % columns != 0) // the padding's column
                difference = Math.Max(difference, double.IsNaN(exported[i]) || double.IsNaN(expected[i]) ? double.PositiveInfinity : Math.Abs(expected[i] - exported[i]));
        }
        return difference <= Tolerance
            ? difference
            : throw new ParityException($"{modelPath} differs from the trained model by {difference:g3}, more than {Tolerance:g1}, on {rows.Length / length} real histories. The export is wrong or the file was changed; it is not registered. Run the training again.");
    }

    private static float[] Scores(string modelPath, long[] rows, int length)
    {
        using var session = new InferenceSession(modelPath);
        using var history = OrtValue.CreateTensorValueFromMemory(rows, [rows.Length / length, length]);
        using var options = new RunOptions();
        using var outputs = session.Run(options, [PackageFiles.HistoryInput], [history], [PackageFiles.ScoresOutput]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}

/// <summary>The exported model does not compute what the trained one does.</summary>
public sealed class ParityException(string message) : Exception(message);
