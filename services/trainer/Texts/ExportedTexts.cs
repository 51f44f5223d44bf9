using Microsoft.ML.OnnxRuntime;
using ModelOps.Features;
using ModelOps.Features.Text;
using ModelOps.Features.Text.Tokenizers;

namespace ModelOps.Trainer.Texts;

/// <summary>A text package's graph in ONNX Runtime, for what the trainer asks of it: parity, evaluation, the vectors of a catalogue.</summary>
public sealed class ExportedTexts : IDisposable
{
    private const int BatchSize = 32;

    private readonly Microsoft.ML.OnnxRuntime.SessionOptions options = new() { InterOpNumThreads = 1 };
    private readonly RunOptions run = new();
    private readonly InferenceSession session;
    private readonly Tokenizer tokenizer;
    private readonly string output;

    /// <param name="model">A file of the folder; null is the one that is served.</param>
    public ExportedTexts(string folder, string? model = null)
    {
        Description = EncoderDescription.Read(folder);
        tokenizer = TokenizerFiles.Read(folder);
        model ??= File.Exists(Path.Combine(folder, PackageFiles.Int8Model)) ? PackageFiles.Int8Model : PackageFiles.Model;
        session = new InferenceSession(Path.Combine(folder, model), options);
        output = Description.Kind == EncoderKind.Embed ? TextGraph.Vectors : TextGraph.Scores;
    }

    public EncoderDescription Description { get; }

    /// <summary>The outputs of each text, in their order.</summary>
    public float[][] Of(IReadOnlyList<string> texts) => Of([.. texts.Select(text => tokenizer.Encode(text, Description.MaxTokens))]);

    /// <summary>The outputs of each pair.</summary>
    public float[][] Of(IReadOnlyList<(string First, string Second)> pairs) => Of([.. pairs.Select(pair => tokenizer.Encode(pair.First, Description.MaxTokens, pair.Second))]);

    private float[][] Of(EncodedText[] texts)
    {
        var outputs = new float[texts.Length][];
        foreach (var batch in Enumerable.Range(0, texts.Length).OrderBy(text => texts[text].Ids.Length).Chunk(BatchSize))
        {
            var time = batch.Max(text => texts[text].Ids.Length);
            var (ids, mask, segments) = (new long[batch.Length * time], new long[batch.Length * time], new long[batch.Length * time]);
            Array.Fill(ids, tokenizer.Special.Padding);
            foreach (var (row, text) in batch.Index())
            {
                for (var at = 0; at < texts[text].Ids.Length; at++)
                    (ids[row * time + at], mask[row * time + at], segments[row * time + at]) = (texts[text].Ids[at], 1, at >= texts[text].SecondStart ? 1 : 0);
            }
            var values = Run(ids, mask, segments, batch.Length, time);
            foreach (var (row, text) in batch.Index())
                outputs[text] = values.AsSpan(row * Description.Outputs, Description.Outputs).ToArray();
        }
        return outputs;
    }

    private float[] Run(long[] ids, long[] mask, long[] segments, int rows, int time)
    {
        var inputs = session.InputNames.ToDictionary(name => name, name => OrtValue.CreateTensorValueFromMemory(name == TextGraph.Ids ? ids : name == TextGraph.Mask ? mask : segments, [rows, time]));
        try
        {
            using var outputs = session.Run(run, inputs.Keys, inputs.Values, [output]);
            return outputs[0].GetTensorDataAsSpan<float>().ToArray();
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
        options.Dispose();
        run.Dispose();
    }
}
