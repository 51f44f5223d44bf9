using Microsoft.ML.OnnxRuntime;
using ModelOps.Features.Text;
using ModelOps.Inference.Batching;

namespace ModelOps.Inference.Texts;

/// <summary>Goes on with one text after the other: the prompt at once, then token by token with what each layer kept of those before.</summary>
internal sealed class DecoderRunner : IBatchComputation<GenerateCall>, IDisposable
{
    private readonly RunOptions runOptions = new();
    private readonly InferenceSession session;
    private readonly TimeProvider time;
    private readonly List<(string Past, long Heads, long Head)> kept = [];
    private readonly List<string> outputs = [TextGraph.Scores];

    public DecoderRunner(InferenceSession session, TimeProvider time)
    {
        (this.session, this.time) = (session, time);
        for (var layer = 0; session.InputMetadata.TryGetValue(TextGraph.Past(layer, TextGraph.Parts[0]), out var shape); layer++)
        {
            foreach (var part in TextGraph.Parts)
            {
                kept.Add((TextGraph.Past(layer, part), shape.Dimensions[1], shape.Dimensions[3]));
                outputs.Add(TextGraph.Present(layer, part));
            }
        }
    }

    /// <summary>Texts of different lengths gain nothing from each other.</summary>
    public bool Fits(ReadOnlySpan<GenerateCall> batch, GenerateCall next) => false;

    public void Compute(ReadOnlySpan<GenerateCall> batch)
    {
        foreach (var call in batch)
            Generate(call);
    }

    private void Generate(GenerateCall call)
    {
        IDisposableReadOnlyCollection<OrtValue>? before = null;
        try
        {
            long[] ids = [.. call.Prompt];
            for (var start = 0; ;)
            {
                var after = Run(ids, start, before);
                before?.Dispose();
                before = after;
                var scores = after[0].GetTensorDataAsSpan<float>();
                if (call.Next(scores[^(scores.Length / ids.Length)..].ToArray()) is not { } next)
                    return;
                if (time.GetTimestamp() > call.Until)
                    throw new DeadlinePassedException(); // nobody waits for the rest
                start += ids.Length;
                ids = [next];
            }
        }
        finally
        {
            before?.Dispose();
        }
    }

    /// <param name="before">The outputs of the call before: scores, then what each layer keeps.</param>
    private IDisposableReadOnlyCollection<OrtValue> Run(long[] ids, int start, IDisposableReadOnlyCollection<OrtValue>? before)
    {
        var own = new List<OrtValue>();
        OrtValue Own<T>(T[] values, params long[] shape) where T : unmanaged
        {
            own.Add(OrtValue.CreateTensorValueFromMemory(values, shape));
            return own[^1];
        }
        try
        {
            var inputs = new Dictionary<string, OrtValue>
            {
                [TextGraph.Ids] = Own(ids, 1, ids.Length),
                [TextGraph.Positions] = Own([.. Enumerable.Range(start, ids.Length).Select(place => (long)place)], 1, ids.Length),
                [TextGraph.Mask] = Own(Enumerable.Repeat(1L, start + ids.Length).ToArray(), 1, start + ids.Length),
            };
            foreach (var (at, (past, heads, head)) in kept.Index())
                inputs[past] = before is null ? Own<float>([], 1, heads, 0, head) : before[at + 1];
            return session.Run(runOptions, inputs.Keys, inputs.Values, outputs);
        }
        finally
        {
            own.ForEach(value => value.Dispose());
        }
    }

    public void Dispose() => runOptions.Dispose();
}
