using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using ModelOps.Features;
using ModelOps.Features.Text;
using ModelOps.Features.Text.Tokenizers;

namespace ModelOps.Trainer.Texts;

/// <summary>A decoder's graph in ONNX Runtime, for what the trainer asks of it: parity, and how well it foretells.</summary>
public sealed class ExportedDecoder : IDisposable
{
    private readonly Microsoft.ML.OnnxRuntime.SessionOptions options = new() { InterOpNumThreads = 1 };
    private readonly RunOptions run = new();
    private readonly InferenceSession session;

    /// <param name="model">A file of the folder; null is the one that is served.</param>
    public ExportedDecoder(string folder, string? model = null)
    {
        Description = EncoderDescription.Read(folder);
        Tokenizer = TokenizerFiles.Read(folder);
        session = new InferenceSession(Path.Combine(folder, model ?? (File.Exists(Path.Combine(folder, PackageFiles.Int8Model)) ? PackageFiles.Int8Model : PackageFiles.Model)), options);
    }

    public EncoderDescription Description { get; }

    public Tokenizer Tokenizer { get; }

    /// <summary>(time, tokens): the scores of what follows each token. The second half is read with what the first left in the cache, as when it is served.</summary>
    public float[] Of(IReadOnlyList<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var (all, half) = (ids.Select(id => (long)id).ToArray(), ids.Count / 2);
        using var first = Run(all[..half], 0, null);
        using var second = Run(all[half..], half, first);
        return [.. first is null ? [] : first[0].GetTensorDataAsSpan<float>().ToArray(), .. second is null ? [] : second[0].GetTensorDataAsSpan<float>().ToArray()];
    }

    /// <summary>Texts that it has not learned: how often the likeliest token is the one that comes, and how many it takes for as likely (perplexity).</summary>
    public Dictionary<string, double> Foretell(IEnumerable<EncodedText> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var (right, nats, tokens) = (0, 0.0, 0);
        foreach (var text in texts)
        {
            var scores = Of(text.Ids[..^1]);
            for (var at = 1; at < text.Ids.Length; at++, tokens++)
            {
                var row = scores.AsSpan((at - 1) * Description.Outputs, Description.Outputs);
                right += TensorPrimitives.IndexOfMax<float>(row) == text.Ids[at] ? 1 : 0;
                nats += LogSum(row) - row[text.Ids[at]];
            }
        }
        return TextMetrics.Foretelling(right, nats, tokens);
    }

    private static double LogSum(ReadOnlySpan<float> scores)
    {
        var (most, sum) = (TensorPrimitives.Max(scores), 0.0);
        foreach (var score in scores)
            sum += Math.Exp(score - most);
        return most + Math.Log(sum);
    }

    /// <param name="before">The outputs of the call before: scores, then what each layer keeps.</param>
    private IDisposableReadOnlyCollection<OrtValue>? Run(long[] ids, int start, IDisposableReadOnlyCollection<OrtValue>? before)
    {
        if (ids.Length == 0)
            return null;
        var own = new List<OrtValue>();
        OrtValue Own(OrtValue value)
        {
            own.Add(value);
            return value;
        }
        var inputs = new Dictionary<string, OrtValue>
        {
            [TextGraph.Ids] = Own(OrtValue.CreateTensorValueFromMemory(ids, [1, ids.Length])),
            [TextGraph.Positions] = Own(OrtValue.CreateTensorValueFromMemory([.. Enumerable.Range(start, ids.Length).Select(place => (long)place)], [1, ids.Length])),
            [TextGraph.Mask] = Own(OrtValue.CreateTensorValueFromMemory(Enumerable.Repeat(1L, start + ids.Length).ToArray(), [1, start + ids.Length])),
        };
        var outputs = new List<string> { TextGraph.Scores };
        for (var layer = 0; session.InputMetadata.TryGetValue(TextGraph.Past(layer, TextGraph.Parts[0]), out var kept); layer++)
        {
            foreach (var part in TextGraph.Parts)
            {
                inputs[TextGraph.Past(layer, part)] = before is not null ? before[outputs.Count] : Own(OrtValue.CreateTensorValueFromMemory(Array.Empty<float>(), [1, kept.Dimensions[1], 0, kept.Dimensions[3]]));
                outputs.Add(TextGraph.Present(layer, part));
            }
        }
        try
        {
            return session.Run(run, inputs.Keys, inputs.Values, outputs);
        }
        finally
        {
            own.ForEach(value => value.Dispose());
        }
    }

    public void Dispose()
    {
        session.Dispose();
        options.Dispose();
        run.Dispose();
    }
}
