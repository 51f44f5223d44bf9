using System.Diagnostics;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using ModelOps.Trainer.Onnx;
using static TorchSharp.torch;
using ElementType = ModelOps.Trainer.Onnx.Format.TensorProto.Types.DataType;

namespace ModelOps.Bench.Retrieval;

/// <summary>Every item scored in float32 by ONNX Runtime on one thread, as the graph of a package does it.</summary>
internal static class Exact
{
    public static Side Measure(Work work, string folder)
    {
        var path = Path.Combine(folder, "exact.onnx");
        var graph = new GraphBuilder("exact");
        var query = graph.Input("query", ElementType.Float, "batch", work.Dimensions);
        using (var table = tensor(work.Items, work.ItemCount + 1, work.Dimensions))
        {
            var (scores, items) = graph.TopK(graph.Node("Gemm", [query, graph.Weight("items", table)], ("transB", 1L)), graph.Constant("count", (long)Work.Depth));
            graph.Output("scores", scores, ElementType.Float, "batch", Work.Depth);
            graph.Output("found", items, ElementType.Int64, "batch", Work.Depth);
        }
        File.WriteAllBytes(path, graph.Build().ToByteArray());
        using var options = new Microsoft.ML.OnnxRuntime.SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        using var session = new InferenceSession(path, options);
        var found = new long[Math.Min(work.QueryCount, Work.ExactQueries)][];
        var batched = Time(Work.Batch);
        var single = Time(1);
        var recall = found.Zip(work.Truth).Average(pair => pair.First.Count(item => pair.Second.Contains((int)item)) / (double)Work.Depth);
        return new Side("exact, ONNX Runtime", "", recall, single, batched, 0, sizeof(float) * (long)work.Items.Length);

        double Time(int together)
        {
            Run(0, together);
            var before = Process.GetCurrentProcess().TotalProcessorTime;
            for (var at = 0; at < found.Length; at += together)
                Run(at, Math.Min(together, found.Length - at));
            return (Process.GetCurrentProcess().TotalProcessorTime - before).TotalMilliseconds / found.Length;
        }

        void Run(int at, int rows)
        {
            using var input = OrtValue.CreateTensorValueFromMemory(work.Queries.AsSpan(at * work.Dimensions, rows * work.Dimensions).ToArray(), [rows, work.Dimensions]);
            using var run = new RunOptions();
            using var outputs = session.Run(run, ["query"], [input], ["found"]);
            foreach (var (row, items) in outputs[0].GetTensorDataAsSpan<long>().ToArray().Chunk(Work.Depth).Index())
                found[at + row] = items;
        }
    }
}
