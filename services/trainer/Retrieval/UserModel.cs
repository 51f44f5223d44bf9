using Microsoft.ML.OnnxRuntime;
using ModelOps.Features.Retrieval;

namespace ModelOps.Trainer.Retrieval;

/// <summary><c>user.onnx</c> in ONNX Runtime, as inference runs it.</summary>
/// <param name="vectors">(items + 1, <paramref name="dimensions"/>)</param>
internal sealed class UserModel(string path, ReadOnlyMemory<float> vectors, int dimensions, int length) : IDisposable
{
    private const int Together = 64;
    private static readonly string[] Outputs = [UserGraph.Vector];
    private readonly InferenceSession session = new(path);
    private readonly RunOptions run = new();

    /// <param name="histories">Encoded, one after the other.</param>
    /// <returns>(histories, dimensions)</returns>
    public float[] Vectors(ReadOnlySpan<long> histories)
    {
        var result = new float[histories.Length / length * dimensions];
        for (var at = 0; at < histories.Length; at += Together * length)
            Run(histories.Slice(at, Math.Min(Together * length, histories.Length - at))).CopyTo(result.AsSpan(at / length * dimensions));
        return result;
    }

    private float[] Run(ReadOnlySpan<long> histories)
    {
        var rows = new long[histories.Length];
        var read = new float[(histories.Length + 1) * dimensions];
        for (var cell = 0; cell < histories.Length; cell++)
        {
            if (histories[cell] == 0)
                continue;
            rows[cell] = cell + 1;
            vectors.Span.Slice((int)histories[cell] * dimensions, dimensions).CopyTo(read.AsSpan((cell + 1) * dimensions));
        }
        using var history = OrtValue.CreateTensorValueFromMemory(rows, [rows.Length / length, length]);
        using var table = OrtValue.CreateTensorValueFromMemory(read, [rows.Length + 1, dimensions]);
        using var outputs = session.Run(run, new Dictionary<string, OrtValue> { [UserGraph.History] = history, [UserGraph.Vectors] = table }, Outputs);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    public void Dispose()
    {
        session.Dispose();
        run.Dispose();
    }
}
