using System.Diagnostics;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using ModelOps.Features;
using ModelOps.Trainer.Onnx;

namespace ModelOps.Bench.Answer;

/// <summary>A graph in ONNX Runtime, one thread a call, as inference runs it.</summary>
internal sealed class Side(GraphBuilder graph) : IDisposable
{
    private static readonly string[] Outputs = [PackageGraph.Items, PackageGraph.Scores];
    private readonly InferenceSession session = new(graph.Build().ToByteArray(), new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 });
    private readonly RunOptions run = new();
    private readonly List<double> times = [];

    /// <summary>A call's, the median.</summary>
    public double Milliseconds => times.Order().ElementAt(times.Count / 2);

    public long[] Answer(Call call) => Run(call).Items;

    public void Measure(Call call)
    {
        var started = Stopwatch.GetTimestamp();
        Run(call);
        times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
    }

    public void Forget() => times.Clear();

    /// <summary>What reaches the graph is made in the call: a longer list or mask costs here too.</summary>
    private (long[] Items, float[] Scores) Run(Call call)
    {
        var inputs = session.InputNames.ToDictionary(input => input, call.InputOf);
        try
        {
            using var outputs = session.Run(run, inputs.Keys, inputs.Values, Outputs);
            return (outputs[0].GetTensorDataAsSpan<long>().ToArray(), outputs[1].GetTensorDataAsSpan<float>().ToArray());
        }
        finally
        {
            foreach (var input in inputs.Values)
                input.Dispose();
        }
    }

    public void Dispose()
    {
        session.Dispose();
        run.Dispose();
    }
}

/// <summary>Some shoppers who ask at once.</summary>
internal sealed record Call(int Rows, int Items, long[] Histories, long[] Forbidden, int Count)
{
    public OrtValue InputOf(string name) => name switch
    {
        PackageGraph.History => OrtValue.CreateTensorValueFromMemory(Histories, [Rows, Histories.Length / Rows]),
        PackageGraph.Forbidden => OrtValue.CreateTensorValueFromMemory(Forbidden.ToArray(), [Rows, Forbidden.Length / Rows]),
        PackageGraph.Count => OrtValue.CreateTensorValueFromMemory(new[] { (long)Count }, [1]),
        MaskedGraph.Mask => OrtValue.CreateTensorValueFromMemory(Mask(), [Rows, Items + 1]),
        _ => throw new ArgumentException($"No side asks for '{name}'.", nameof(name)),
    };

    private bool[] Mask()
    {
        var mask = new bool[Rows * (Items + 1)];
        var each = Forbidden.Length / Rows;
        for (var row = 0; row < Rows; row++)
        {
            mask[row * (Items + 1)] = true;
            foreach (var item in Forbidden.AsSpan(row * each, each))
                mask[row * (Items + 1) + item] = true;
        }
        return mask;
    }
}
