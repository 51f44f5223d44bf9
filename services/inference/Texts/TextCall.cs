using ModelOps.Features.Text.Tokenizers;
using ModelOps.Inference.Batching;

namespace ModelOps.Inference.Texts;

/// <summary>A text on its way through a graph.</summary>
/// <param name="output">Filled with the vector or the scores.</param>
internal sealed class TextCall(EncodedText text, float[] output) : BatchCall
{
    public EncodedText Text => text;

    public float[] Output => output;
}
