using ModelOps.Inference.Batching;

namespace ModelOps.Inference.Pictures;

/// <summary>A picture on its way through a graph.</summary>
/// <param name="values">(3, side, side), normalised.</param>
/// <param name="output">Filled with the vector.</param>
internal sealed class PictureCall(float[] values, float[] output) : BatchCall
{
    public float[] Values => values;

    public float[] Output => output;
}
