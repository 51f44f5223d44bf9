using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using ModelOps.Features;
using ModelOps.Trainer.Architectures;

namespace ModelOps.Trainer.Compression;

/// <summary>A graph in ONNX Runtime, as inference runs it: a thread a call.</summary>
public sealed class ExportedModel : IHistoryScorer
{
    private static readonly string[] Inputs = [PackageFiles.HistoryInput], Outputs = [PackageFiles.ScoresOutput];
    private readonly Microsoft.ML.OnnxRuntime.SessionOptions options = new() { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
    private readonly RunOptions run = new();
    private readonly InferenceSession session;

    public ExportedModel(string path, int length)
    {
        Length = length;
        session = new InferenceSession(path, options);
    }

    public int Length { get; }

    public void Score(ReadOnlySpan<long> histories, Span<float> scores)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(histories.ToArray(), [histories.Length / Length, Length]);
        using var outputs = session.Run(run, Inputs, [input], Outputs);
        outputs[0].GetTensorDataAsSpan<float>().CopyTo(scores);
    }

    /// <summary>Milliseconds for <paramref name="history"/> alone.</summary>
    public double Time(ReadOnlySpan<long> history, Span<float> scores)
    {
        var started = Stopwatch.GetTimestamp();
        Score(history, scores);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    public void Dispose()
    {
        session.Dispose();
        options.Dispose();
        run.Dispose();
    }
}
