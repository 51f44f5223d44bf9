using Microsoft.ML.OnnxRuntime;
using ModelOps.Features.Text;

namespace ModelOps.Bench.TextEncoder;

/// <summary>A graph in ONNX Runtime on one thread, as inference runs it.</summary>
internal sealed class Side(string name, byte[] graph) : IDisposable
{
    private static readonly string[] Inputs = [TextGraph.Ids, TextGraph.Mask], Outputs = [TextGraph.Vectors];
    private readonly InferenceSession session = new(graph, new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 });
    private readonly RunOptions run = new();
    private readonly List<double> times = [];

    public string Name => name;

    /// <summary>A call's processor time, the median.</summary>
    public double Milliseconds => times.Order().ElementAt(times.Count / 2);

    public void Forget() => times.Clear();

    public float[] Measure(long[] ids, int rows)
    {
        var started = ThreadTime.Milliseconds(); // the graph runs on this thread
        var vectors = Run(ids, rows);
        times.Add(ThreadTime.Milliseconds() - started);
        return vectors;
    }

    public float[] Run(long[] ids, int rows)
    {
        long[] shape = [rows, ids.Length / rows];
        using var input = OrtValue.CreateTensorValueFromMemory(ids, shape);
        using var mask = OrtValue.CreateTensorValueFromMemory(Enumerable.Repeat(1L, ids.Length).ToArray(), shape);
        using var outputs = session.Run(run, Inputs, [input, mask], Outputs);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    public void Dispose()
    {
        session.Dispose();
        run.Dispose();
    }
}
