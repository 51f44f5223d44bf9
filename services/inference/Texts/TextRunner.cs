using System.Collections.Concurrent;
using Microsoft.ML.OnnxRuntime;
using ModelOps.Features.Text;
using ModelOps.Inference.Batching;

namespace ModelOps.Inference.Texts;

/// <summary>A text package's graph, which reads several texts in one call, padded to the longest of them.</summary>
/// <param name="outputs">Values of each text.</param>
internal sealed class TextRunner(InferenceSession session, string output, int outputs, int padding) : IBatchComputation<TextCall>, IDisposable
{
    /// <summary>Tokens of a batch, padding included; more are no faster a text, and hold the next call up.</summary>
    private const int MostTokens = 4096;

    /// <summary>A batch may be so many times as long as its texts: padding is computed as well.</summary>
    private const double MostPadded = 1.15;

    private readonly RunOptions runOptions = new();
    private readonly string[] inputs = [.. session.InputNames];
    private readonly string[] wanted = [output];
    private readonly ConcurrentBag<Memory> idle = [];

    public bool Fits(ReadOnlySpan<TextCall> batch, TextCall next)
    {
        int longest = next.Text.Ids.Length, tokens = longest;
        foreach (var call in batch)
        {
            longest = Math.Max(longest, call.Text.Ids.Length);
            tokens += call.Text.Ids.Length;
        }
        var padded = longest * (batch.Length + 1);
        return padded <= MostTokens && padded <= MostPadded * tokens;
    }

    public void Compute(ReadOnlySpan<TextCall> batch)
    {
        if (!idle.TryTake(out var memory))
            memory = new Memory();
        try
        {
            Compute(batch, memory);
        }
        finally
        {
            idle.Add(memory);
        }
    }

    private void Compute(ReadOnlySpan<TextCall> batch, Memory memory)
    {
        var time = 0;
        foreach (var call in batch)
            time = Math.Max(time, call.Text.Ids.Length);
        memory.Fill(batch, time, padding);
        var values = new OrtValue[inputs.Length];
        for (var input = 0; input < inputs.Length; input++)
            values[input] = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, memory.Of(inputs[input]).AsMemory(0, batch.Length * time), [batch.Length, time]);
        try
        {
            using var results = session.Run(runOptions, inputs, values, wanted);
            var all = results[0].GetTensorDataAsSpan<float>();
            for (var row = 0; row < batch.Length; row++)
                all.Slice(row * outputs, outputs).CopyTo(batch[row].Output);
        }
        finally
        {
            foreach (var value in values)
                value?.Dispose();
        }
    }

    public void Dispose() => runOptions.Dispose();

    /// <summary>What one batch after another is written into.</summary>
    private sealed class Memory
    {
        private long[] ids = [], mask = [], segments = [];

        public long[] Of(string input) => input switch
        {
            TextGraph.Ids => ids,
            TextGraph.Mask => mask,
            _ => segments,
        };

        public void Fill(ReadOnlySpan<TextCall> batch, int time, int padding)
        {
            var cells = batch.Length * time;
            if (ids.Length < cells)
                (ids, mask, segments) = (new long[cells], new long[cells], new long[cells]);
            ids.AsSpan(0, cells).Fill(padding);
            mask.AsSpan(0, cells).Clear();
            segments.AsSpan(0, cells).Clear();
            for (var row = 0; row < batch.Length; row++)
            {
                var text = batch[row].Text;
                var start = row * time;
                for (var at = 0; at < text.Ids.Length; at++)
                    ids[start + at] = text.Ids[at];
                mask.AsSpan(start, text.Ids.Length).Fill(1);
                segments.AsSpan(start + text.SecondStart, text.Ids.Length - text.SecondStart).Fill(1);
            }
        }
    }
}
