using ModelOps.Pictures;
using ModelOps.Trainer.Architectures;
using TorchSharp;
using static TorchSharp.torch;

namespace ModelOps.Trainer.Pictures;

/// <summary>Rows of pictures as tensors.</summary>
internal static class PictureTensors
{
    /// <summary>(rows, 3, side, side) from 0 to 1.</summary>
    public static Tensor Of(IReadOnlyList<byte[]> planes, int side)
    {
        using var scope = NewDisposeScope();
        var bytes = new byte[planes.Count * 3 * side * side];
        foreach (var (row, picture) in planes.Index())
            picture.CopyTo(bytes, row * picture.Length);
        return tensor(bytes, planes.Count, 3, side, side).to_type(ScalarType.Float32).div(Scalars.Of(255)).MoveToOuterDisposeScope();
    }

    /// <summary>As the network takes them.</summary>
    /// <param name="pictures">From 0 to 1.</param>
    public static Tensor Normalised(Tensor pictures, PictureSettings settings)
    {
        using var scope = NewDisposeScope();
        return ((pictures - tensor(settings.Mean.ToArray(), 1, 3, 1, 1)) / tensor(settings.Deviation.ToArray(), 1, 3, 1, 1)).MoveToOuterDisposeScope();
    }
}
