using ModelOps.Features.Text.Tokenizers;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Texts;

/// <summary>Encoded texts side by side, padded on the right to the longest.</summary>
/// <param name="Ids">(batch, time) int64.</param>
/// <param name="Mask">(batch, time) int64, 1 for tokens.</param>
/// <param name="Segments">(batch, time) int64, 1 from where the second text of a pair begins.</param>
public sealed record TextTensors(Tensor Ids, Tensor Mask, Tensor Segments, bool IsPadded)
{
    /// <param name="segments">That the network tells apart; with one, pairs have none.</param>
    public static TextTensors Of(IReadOnlyList<EncodedText> texts, int padding, int segments = 2)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var time = Math.Max(1, texts.Max(text => text.Ids.Length));
        var (ids, mask, second) = (new long[texts.Count * time], new long[texts.Count * time], new long[texts.Count * time]);
        Array.Fill(ids, padding);
        for (var row = 0; row < texts.Count; row++)
        {
            var text = texts[row];
            for (var at = 0; at < text.Ids.Length; at++)
                (ids[row * time + at], mask[row * time + at], second[row * time + at]) = (text.Ids[at], 1, segments > 1 && at >= text.SecondStart ? 1 : 0);
        }
        long[] shape = [texts.Count, time];
        return new TextTensors(tensor(ids, shape), tensor(mask, shape), tensor(second, shape), texts.Any(text => text.Ids.Length < time));
    }
}
