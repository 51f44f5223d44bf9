using System.Numerics.Tensors;

namespace ModelOps.Pictures;

/// <summary>Which of several frames is most like all of them.</summary>
internal static class KeyFrame
{
    private const int Side = 16;

    public static int Of(IReadOnlyList<Picture> frames)
    {
        if (frames.Count == 1)
            return 0;
        var seen = frames.Select(Small).ToList();
        var mean = new float[seen[0].Length];
        foreach (var frame in seen)
            TensorPrimitives.Add(mean, frame, mean);
        TensorPrimitives.Divide(mean, seen.Count, mean);
        return Enumerable.Range(0, seen.Count).MinBy(at => TensorPrimitives.Distance<float>(seen[at], mean));
    }

    private static float[] Small(Picture frame)
    {
        var planes = new byte[3 * Side * Side];
        frame.Fill(planes, Side);
        return Array.ConvertAll(planes, value => (float)value);
    }
}
